import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../cli/__helpers__/command-line'

/** All code of a document, or that in one language. */
export function blocks(document: string, language?: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((block) => language === undefined || block[1] === language)
    .map((block) => block[2])
}

/** The command of a document that installs the packed package. */
export function installCommand(document: string, manager: string): string {
  const lines = blocks(document, 'sh').flatMap((block) => block.split('\n'))
  return only(lines.filter((line) => line.startsWith(`${manager} `) && line.includes('.tgz')))
}

/** The program of a document that has these words in it. */
export function program(document: string, words: string): string {
  return only(blocks(document, 'js').filter((block) => block.includes(words)))
}

function only<Item>(found: Item[]): Item {
  if (found.length !== 1) throw new Error(`one was expected, there are ${found.length}`)
  return found[0]
}
