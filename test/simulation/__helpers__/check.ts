import fc from 'fast-check'
import { judge } from './oracles'
import { mixedSeed, planOf, plans } from './plan'
import type { Plan } from './plan'
import { story } from './story'
import { hashOf, run } from './world'

/** Runs of smaller and smaller worlds, until one must do. */
const MAX_SHRINKING_RUNS = 500

export interface Checked {
  /** Of all that happened: equal for equal runs. */
  hash: string
  /** Which promises were broken. */
  problems: string[]
}

export async function check(seed: number): Promise<Checked> {
  const history = await run(planOf(seed))
  return { hash: hashOf(history), problems: judge(history) }
}

/** The smallest world found in which a promise is broken as well, as a story for people. */
export async function smallestStory(seed: number): Promise<string> {
  let runs = 0
  const property = fc.asyncProperty(plans, async (plan) => {
    if (runs++ > MAX_SHRINKING_RUNS) return
    const [problem] = judge(await run(plan))
    if (problem !== undefined) throw new Error(problem)
  })
  const { counterexample } = await fc.check(property, { seed: mixedSeed(seed), numRuns: 1 })
  return storyOf(seed, counterexample?.[0] ?? planOf(seed))
}

export function wholeStory(seed: number): Promise<string> {
  return storyOf(seed, planOf(seed))
}

async function storyOf(seed: number, plan: Plan): Promise<string> {
  const history = await run(plan)
  return story(seed, history, judge(history))
}
