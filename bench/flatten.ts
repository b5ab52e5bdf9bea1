import { isDeepStrictEqual } from 'util'
import type { Contender } from './contenders'
import { bareWalk, destination, loadLibraries } from './contenders'
import { measure } from './measure'
import type { Payload } from './payloads'
import { chain, small, typical, wide } from './payloads'
import { report } from './report'
import type { Goal, Table } from './report'

interface Race {
  name: string
  payload: Payload
  /** `flatten` may take this many times as long as the fastest library. */
  limit: number
}

const races: Race[] = [
  { name: '5 keys', payload: small, limit: 1 },
  { name: '30 leaves, 3 levels, an array of 5 objects', payload: typical, limit: 1 },
  { name: '5,000 leaves', payload: wide(5000), limit: 1.2 },
  { name: '50 levels', payload: chain(50), limit: 1.2 }
]

/** Why a contender cannot take part: a wrong result must not win. */
function failureOf({ run }: Contender, payload: Payload): string | undefined {
  try {
    return isDeepStrictEqual(run(payload), destination.run(payload)) ? undefined : 'wrong result'
  } catch (error) {
    return `throws ${(error as Error).name}`
  }
}

function compare(libraries: Contender[]): { table: Table; goals: Goal[] } {
  const contenders = [destination, ...libraries]
  const entries = races.flatMap((race) =>
    contenders.map((contender) => ({ race, contender, failure: failureOf(contender, race.payload), time: Infinity }))
  )
  const timed = entries.filter(({ failure }) => failure === undefined)
  const times = measure(
    timed.map(
      ({ race, contender }) =>
        () =>
          contender.run(race.payload)
    ),
    100
  )
  timed.forEach((entry, index) => (entry.time = times[index]))

  const rows = races.map((race) => entries.filter((entry) => entry.race === race))
  const table = {
    title: 'Microseconds of CPU for a call; each library is given the rules that it lacks',
    head: ['payload', ...contenders.map(({ name }) => name)],
    rows: rows.map((row, index) => [
      races[index].name,
      ...row.map((entry) => entry.failure ?? (entry.time / 1000).toFixed(2))
    ])
  }
  const goals = rows.map(([own, ...others], index) => {
    const ratio = own.time / Math.min(...others.map(({ time }) => time))
    const { name, limit } = races[index]
    const wanted = limit === 1 ? 'faster than all' : `at most ${limit} times the fastest`
    return { text: `${name}: ${ratio.toFixed(2)} times the fastest library, wanted ${wanted}`, isMet: ratio < limit }
  })
  return { table, goals }
}

/**
 * V8 itself takes longer per key the larger an object is (caches, growing hash tables), which no flattening can help: the cost of a
 * leaf counts as flat when it grows no faster than that of a walk without any rule.
 */
function compareGrowth(): { table: Table; goal: Goal } {
  const sizes = [1000, 10000, 100000].map((leaves) => ({ leaves, payload: wide(leaves) }))
  const times = measure(
    sizes.flatMap(({ payload }) => [() => destination.run(payload), () => bareWalk(payload)]),
    25
  )
  const costs = sizes.map(({ leaves }, index) => ({
    leaves,
    own: times[2 * index] / leaves,
    bare: times[2 * index + 1] / leaves
  }))
  const table = {
    title: 'Nanoseconds of CPU for a leaf',
    head: ['leaves', 'flatten', 'bare walk', 'ratio'],
    rows: costs.map(({ leaves, own, bare }) => [
      leaves.toLocaleString('en'),
      own.toFixed(0),
      bare.toFixed(0),
      (own / bare).toFixed(2)
    ])
  }
  const [first, last] = [costs[0], costs[costs.length - 1]]
  const growth = last.own / last.bare / (first.own / first.bare)
  const goal = {
    text: `cost of a leaf from 1,000 to 100,000: ${growth.toFixed(2)} times the growth of a bare walk, wanted at most 1.2`,
    isMet: growth <= 1.2
  }
  return { table, goal }
}

async function main(): Promise<void> {
  const { table, goals } = compare(await loadLibraries())
  const growth = compareGrowth()
  report('flatten', { title: '`flatten`', tables: [table, growth.table], goals: [...goals, growth.goal] })
}

void main()
