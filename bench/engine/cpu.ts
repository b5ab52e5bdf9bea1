import { median, shuffled } from '../measure'

export interface Task {
  /** Events that one run delivers. */
  events: number
  /** Makes what a run needs, outside what is measured. */
  prepare: () => () => Promise<unknown>
}

/** Microseconds of CPU for each event, of this process alone. */
async function cpuPerEvent({ events, prepare }: Task): Promise<number> {
  const run = prepare()
  const start = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / events
}

/** Medians over the rounds after the first `warmUps`. In each round the tasks take turns in a new order. */
export async function measureCpu(tasks: Task[], rounds: number, warmUps: number): Promise<number[]> {
  const samples: number[][] = tasks.map(() => [])
  for (let round = 0; round < warmUps + rounds; round++) {
    for (const index of shuffled(tasks.length)) {
      const sample = await cpuPerEvent(tasks[index])
      if (round >= warmUps) samples[index].push(sample)
    }
  }
  return samples.map(median)
}
