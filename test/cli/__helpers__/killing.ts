import fc from 'fast-check'
import type { RunningEmulator } from '../../../src/emulator'
import type { Running } from './command-line'

/** When a process is killed: `ms` after Heap has had so many more requests. */
export interface Moment {
  requests: number
  ms: number
}

/** Random ones, the same for the same seed. */
export function randomMoments(seed: number, numRuns: number, most: Moment): Moment[] {
  const moment = fc.record({ requests: fc.nat(most.requests), ms: fc.nat(most.ms) })
  return fc.sample(moment, { seed, numRuns })
}

/** Starts `bin/run` and kills it at that moment; false when it has ended before. */
export async function killed(
  emulator: RunningEmulator,
  { requests, ms }: Moment,
  start: () => Running
): Promise<boolean> {
  const due = requestsSeen(emulator, requests).then(() => new Promise((resolve) => setTimeout(resolve, ms)))
  const running = start()
  await Promise.race([due, running.exited])
  running.kill('SIGKILL')
  return (await running.exited).code === null
}

/** Resolves once the emulator has had `count` more requests. */
export function requestsSeen(emulator: RunningEmulator, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count
    const unsubscribe = emulator.onChange(() => --left <= 0 && end())
    const end = () => {
      unsubscribe()
      resolve()
    }
    if (count === 0) end()
  })
}
