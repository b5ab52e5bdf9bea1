/**
 * Runs worlds, one from each seed, and tells of the first in which a promise is broken.
 *
 *     npm run simulate -- --seeds 5000 [--from 0]
 *     npm run simulate -- --only 72 [--trace]
 *
 * With --first it ends at the first failing seed without looking for a smaller world.
 */
import { parseArgs } from 'node:util'
import { worldOf } from './__helpers__/check'

const DEFAULT_SEEDS = 1000
const WORLDS_BETWEEN_LINES = 250
/** Run twice: the same seed must give the same. */
const REPEATED = 49

async function main(): Promise<number> {
  const { only, trace, from, seeds, first } = options()
  if (only !== undefined) return tellOne(only, trace)
  const started = performance.now()
  for (let done = 0; done < seeds; done++) {
    const seed = from + done
    const { problems, hash } = await worldOf(seed).check()
    const isSame = seed % REPEATED !== 0 || (await worldOf(seed).check()).hash === hash
    if (!isSame) problems.push('a second run went another way')
    if (problems.length > 0) return tellFailure(seed, problems, first)
    if ((done + 1) % WORLDS_BETWEEN_LINES === 0 || done + 1 === seeds) tellProgress(done + 1, started)
  }
  return 0
}

async function tellOne(seed: number, trace: boolean): Promise<number> {
  const { problems, hash } = await worldOf(seed).check()
  if (trace) print(await worldOf(seed).wholeStory())
  else print(`seed ${seed}: ${problems.length === 0 ? 'all promises are kept' : problems.join('\n')}, hash ${hash}`)
  return problems.length === 0 ? 0 : 1
}

async function tellFailure(seed: number, problems: string[], isEnough: boolean): Promise<number> {
  print(`seed ${seed} breaks a promise:\n  ${problems.join('\n  ')}`)
  if (!isEnough) print(`\nThe same in a smaller world:\n\n${await worldOf(seed).smallestStory()}`)
  print(`\nThe whole of it: npm run simulate -- --only ${seed} --trace`)
  return 1
}

function tellProgress(worlds: number, started: number): void {
  const seconds = (performance.now() - started) / 1000
  print(`${worlds} worlds, ${(worlds / seconds).toFixed(1)} a second: all promises are kept`)
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** @throws Error that names the wrong option */
function options(): { only?: number; trace: boolean; from: number; seeds: number; first: boolean } {
  const number = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({ options: { seeds: number, from: number, only: number, trace: flag, first: flag } })
  const { seeds = String(DEFAULT_SEEDS), from = '0', only, trace = false, first = false } = values
  for (const [name, value] of Object.entries({ seeds, from, only })) {
    if (value !== undefined && !/^\d{1,9}$/.test(value))
      throw new Error(`--${name} needs a whole number, not "${value}"`)
  }
  return { only: only === undefined ? undefined : Number(only), trace, from: Number(from), seeds: Number(seeds), first }
}

void main().then(
  (code) => process.exit(code),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
)
