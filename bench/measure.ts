/** A sample is as many calls as take about this long: the resolution of CPU time must not count. */
const SAMPLE_NANOSECONDS = 2e6

/** Read by nobody: without it the optimiser could drop the calls. */
export const results: unknown[] = []

type Task = () => unknown

/** One call is not timed: it pays for the caches that the task before left cold. */
function nanosecondsPerCall(task: Task, calls: number): number {
  results[0] = task()
  const start = process.cpuUsage()
  for (let call = 0; call < calls; call++) {
    results[0] = task()
  }
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / calls
}

function warmUp(task: Task): number {
  let calls = 1
  for (let round = 0; round < 6; round++) {
    calls = Math.max(1, Math.ceil(SAMPLE_NANOSECONDS / Math.max(1, nanosecondsPerCall(task, calls))))
  }
  return calls
}

export function median(samples: number[]): number {
  return samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)]
}

export function shuffled(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => ({ index, rank: Math.random() }))
  return order.sort((a, b) => a.rank - b.rank).map(({ index }) => index)
}

/** Median nanoseconds of CPU for a call of each task, which other programs on the machine change least. In each round the tasks take turns in a new order. */
export function measure(tasks: Task[], rounds: number): number[] {
  const calls = tasks.map(warmUp)
  const samples: number[][] = tasks.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const index of shuffled(tasks.length)) {
      samples[index].push(nanosecondsPerCall(tasks[index], calls[index]))
    }
  }
  return samples.map(median)
}
