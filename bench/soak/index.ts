/**
 * Runs the real SDK, the local Segment with the destination, and the Heap emulator as processes of their own for some
 * minutes, does to them what a network, a disk and their people do, and counts what became of every call.
 *
 *     npm run soak -- --seconds 60 --calls 20000 --flood 5000
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isClean, print } from './report'
import { soak } from './soak'
import type { Plan } from './soak'

const DEFAULT = { seconds: 180, calls: 200_000, flood: 20_000 }

/** @throws Error that names the wrong option */
function plan(): Plan {
  const option = (value: number) => ({ type: 'string' as const, default: String(value) })
  const { seconds, calls, flood } = DEFAULT
  const options = { seconds: option(seconds), calls: option(calls), flood: option(flood) }
  const { values } = parseArgs({ options })
  const asked = { seconds: Number(values.seconds), calls: Number(values.calls), flood: Number(values.flood) }
  if (asked.seconds >= 1 && asked.calls >= 1 && asked.flood >= 0) return asked
  throw new Error('--seconds and --calls need a number of 1 or more, --flood a number of events')
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'))
  const findings = await soak(plan(), folder)
  print(findings)
  const isGood = isClean(findings)
  if (!isGood) console.log(`\nWhat Heap was sent, and what serve said: ${folder}`)
  process.on('exit', () => isGood && rmSync(folder, { recursive: true, force: true }))
  process.exit(isGood ? 0 : 1)
}

void main()
