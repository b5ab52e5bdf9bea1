import { check, smallestStory } from './__helpers__/check'
import { KEPT_SEEDS } from './__helpers__/kept-seeds'

const WORLDS = 300

async function expectKept(seed: number): Promise<void> {
  const { problems } = await check(seed)
  if (problems.length > 0) throw new Error(await smallestStory(seed))
}

describe('a world of clients, the local Segment, the destination and Heap', () => {
  it.each(KEPT_SEEDS)('keeps its promises where it once did not: seed %d, %s', (seed) => expectKept(seed))

  it(`keeps its promises with each of ${WORLDS} seeds`, async () => {
    for (let seed = 0; seed < WORLDS; seed++) await expectKept(seed)
  })

  it('goes the same way twice', async () => {
    for (let seed = 0; seed < 10; seed++) expect((await check(seed)).hash).toBe((await check(seed)).hash)
  })
})
