import fc from 'fast-check'
import type { Arbitrary } from 'fast-check'
import { judgeLong } from './long-oracles'
import { runLong } from './long-world'
import { judge } from './oracles'
import { longPlans, mixedSeed, plans } from './plan'
import type { Trouble } from './plan'
import { hashOf, story } from './story'
import { run } from './world'

/** Runs of smaller and smaller worlds, until one must do. */
const MAX_SHRINKING_RUNS = 500

export interface Checked {
  /** Of all that happened: equal for equal runs. */
  hash: string
  /** Which promises were broken. */
  problems: string[]
}

interface World {
  check(): Promise<Checked>
  /** The smallest world found in which a promise is broken as well, as a story for people. */
  smallestStory(): Promise<string>
  wholeStory(): Promise<string>
}

/** One of four is a world of long work. */
export function worldOf(seed: number): World {
  return seed % 4 === 3 ? world(seed, longPlans, runLong, judgeLong) : world(seed, plans, run, judge)
}

function world<Plan extends { troubles: Trouble[] }, History extends { trace: string[]; plan: Plan }>(
  seed: number,
  arbitrary: Arbitrary<Plan>,
  runOf: (plan: Plan) => Promise<History>,
  judgeOf: (history: History) => string[]
): World {
  const [whole] = fc.sample(arbitrary, { seed: mixedSeed(seed), numRuns: 1 })
  const storyOf = async (plan: Plan) => {
    const history = await runOf(plan)
    return story(seed, history, judgeOf(history))
  }
  return {
    check: async () => {
      const history = await runOf(whole)
      return { hash: hashOf(history), problems: judgeOf(history) }
    },
    wholeStory: () => storyOf(whole),
    smallestStory: async () => {
      let runs = 0
      const property = fc.asyncProperty(arbitrary, async (plan) => {
        const [problem] = runs++ < MAX_SHRINKING_RUNS ? judgeOf(await runOf(plan)) : []
        if (problem !== undefined) throw new Error(problem)
      })
      const { counterexample } = await fc.check(property, { seed: mixedSeed(seed), numRuns: 1 })
      return storyOf(counterexample?.[0] ?? whole)
    }
  }
}
