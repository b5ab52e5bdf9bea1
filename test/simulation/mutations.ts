/**
 * Puts one deliberate fault after another into a copy of the sources, and tells by which seed the simulation finds it.
 *
 *     npm run simulate:mutations [-- WORDS OF A NAME]
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { misplaced, MUTATIONS } from './__helpers__/mutations'
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
function foundBy(folder: string, { file, from, to }: Mutation): string | undefined {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text.replace(from, () => to)
  )
  const { stdout, stderr } = spawnSync(
    'npm',
    ['run', '-s', 'simulate', '--', '--seeds', String(MAX_SEEDS), '--first'],
    { cwd: folder, encoding: 'utf8' }
  )
  writeFileSync(path, text)
  process.stderr.write(stderr)
  const [, seed, problem] = /seed (\d+) breaks a promise:\n +(.*)/.exec(stdout) ?? []
  return seed && `seed ${seed} | ${problem}`
}

function main(): number {
  const wanted = process.argv.slice(2).join(' ')
  const problems = MUTATIONS.flatMap(misplaced)
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''))
  if (problems.length > 0) return 2
  const folder = copied()
  let missed = 0
  for (const mutation of MUTATIONS.filter(({ name }) => name.includes(wanted))) {
    const found = foundBy(folder, mutation)
    if (!found) missed++
    process.stdout.write(`| ${mutation.name} | ${found ?? `not found within ${MAX_SEEDS}`} |\n`)
  }
  rmSync(folder, { recursive: true })
  return missed === 0 ? 0 : 1
}

process.exitCode = main()
