import range from 'lodash/range'
import { worldOf } from './__helpers__/check'
import { KEPT_SEEDS } from './__helpers__/kept-seeds'
import { misplaced, MUTATIONS } from './__helpers__/mutations'

const WORLDS = 300
/** In one test: far fewer than a loaded machine gets through before the test times out. */
const TOGETHER = 30

async function expectKept(seed: number): Promise<void> {
  const { problems } = await worldOf(seed).check()
  if (problems.length > 0) throw new Error(await worldOf(seed).smallestStory())
}

describe('a world of clients, the local Segment, the destination and Heap', () => {
  it.each(KEPT_SEEDS)('keeps its promises where it once did not: seed %d, %s', (seed) => expectKept(seed))

  it.each(range(0, WORLDS, TOGETHER))(`keeps its promises with each of ${TOGETHER} seeds from %d on`, async (first) => {
    for (const seed of range(first, first + TOGETHER)) await expectKept(seed)
  })

  it('goes the same way twice', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const world = worldOf(seed)
      expect((await world.check()).hash).toBe((await world.check()).hash)
    }
  })
})

describe('the deliberate faults that the simulation must find', () => {
  it('each stand in the sources as they are', () => {
    expect(MUTATIONS.flatMap(misplaced)).toStrictEqual([])
  })
})
