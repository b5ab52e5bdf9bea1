/**
 * Puts one deliberate fault after another into a copy of the sources, and tells by which seed the simulation finds it.
 *
 *     npm run simulate:mutations [-- WORDS OF A NAME]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { MUTATIONS } from './__helpers__/mutations'
import type { Mutation } from './__helpers__/mutations'

const ROOT = resolve(__dirname, '../..')
const MAX_SEEDS = 500

function copied(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mutations-'))
  for (const name of ['src', 'test/simulation', 'package.json', 'tsconfig.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** The first seed that finds it, and what it says. */
function foundBy(folder: string, { name, file, from, to }: Mutation): string {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${name}: ${file} does not have this text once: ${from}`)
  writeFileSync(
    path,
    text.replace(from, () => to)
  )
  const { stdout, stderr } = spawnSync(
    'npm',
    ['run', '-s', 'simulate', '--', '--seeds', String(MAX_SEEDS), '--first'],
    {
      ...{ cwd: folder, encoding: 'utf8' }
    }
  )
  writeFileSync(path, text)
  const [, seed, problem] = /seed (\d+) breaks a promise:\n +(.*)/.exec(stdout) ?? []
  return seed === undefined ? `not found ${stderr.slice(0, 500)}` : `seed ${seed} | ${problem}`
}

function main(): void {
  const wanted = process.argv.slice(2).join(' ')
  const folder = copied()
  for (const mutation of MUTATIONS.filter(({ name }) => name.includes(wanted))) {
    process.stdout.write(`| ${mutation.name} | ${foundBy(folder, mutation)} |\n`)
  }
  rmSync(folder, { recursive: true })
}

main()
