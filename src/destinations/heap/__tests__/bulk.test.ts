import { BulkRequests, MAX_REQUESTS_PER_BATCH } from '../bulk'
import type { HeapAnswer, HeapItem } from '../heap-api'

type Item = HeapItem['item']

const user = (index: number): Item => ({ identity: String(index), properties: {} })
const users = (count: number) => Array.from({ length: count }, (_, index) => user(index))
const indexesOf = (items: readonly Item[]) => items.map((item) => Number('identity' in item && item.identity))

const ok: HeapAnswer = { answered: true, status: 200, body: {} }
const refusal = (body: string): HeapAnswer => ({ answered: true, status: 400, body })
const answered = (status: number): HeapAnswer => ({ answered: true, status, body: '' })
const unanswered = (status: number, reason: string): HeapAnswer => ({ answered: false, status, reason })

/** Heap as a function of the users in a request; `sent` lists them request by request. */
function heapThat(answer: (indexes: number[], request: number) => HeapAnswer) {
  const sent: number[][] = []
  const bulk = async (_call: string, items: readonly Item[]) => {
    sent.push(indexesOf(items))
    return answer(indexesOf(items), sent.length)
  }
  return { sent, requests: new BulkRequests({ bulk }) }
}

function refusing(bad: number[], text: (position: number) => string = () => 'Bad Request') {
  return heapThat((indexes) => {
    const position = indexes.findIndex((index) => bad.includes(index))
    return position < 0 ? ok : refusal(text(position))
  })
}

const named = (position: number) => `postBody.users[${position}].properties should be object`
const statuses = (answers: HeapAnswer[]) => answers.map(({ status }) => status)

describe('BulkRequests', () => {
  it('sends nothing for no items', async () => {
    const { sent, requests } = heapThat(() => ok)
    expect(await requests.send('userProperties', [])).toStrictEqual([])
    expect(sent).toStrictEqual([])
  })

  it('fills requests with 1,000 items', async () => {
    const { sent, requests } = heapThat(() => ok)
    expect(await requests.send('userProperties', users(2001))).toStrictEqual(users(2001).map(() => ok))
    expect(sent.map(({ length }) => length)).toStrictEqual([1000, 1000, 1])
  })

  describe('after a 400 that names an item', () => {
    it('sends the rest again without it', async () => {
      const { sent, requests } = refusing([1, 4], named)
      const answers = await requests.send('userProperties', users(5))
      expect(answers).toStrictEqual([ok, refusal(named(1)), ok, ok, refusal(named(3))])
      expect(sent).toStrictEqual([
        [0, 1, 2, 3, 4],
        [0, 2, 3, 4],
        [0, 2, 3]
      ])
    })

    it('reads the name from a JSON body too', async () => {
      const body = { errors: [{ message: named(1) }] }
      const { sent, requests } = heapThat((indexes) => {
        return indexes.includes(1) ? { answered: true, status: 400, body } : ok
      })
      expect(statuses(await requests.send('userProperties', users(3)))).toStrictEqual([200, 400, 200])
      expect(sent).toHaveLength(2)
    })

    it.each(['postBody.users[7] is odd', 'postBody.events[1] is odd', 'endusers[1] is odd'])(
      'halves when the name fits no item: %s',
      async (text) => {
        const { sent, requests } = refusing([3], () => text)
        expect(statuses(await requests.send('userProperties', users(4)))).toStrictEqual([200, 200, 200, 400])
        expect(sent).toStrictEqual([[0, 1, 2, 3], [0, 1], [2], [3]])
      }
    )
  })

  describe('after a 400 that names no item', () => {
    it('halves, does not ask what it knows, and refuses only what was sent alone', async () => {
      const { sent, requests } = refusing([5])
      const answers = await requests.send('userProperties', users(8))
      expect(statuses(answers)).toStrictEqual([200, 200, 200, 200, 200, 400, 200, 200])
      expect(sent).toStrictEqual([[0, 1, 2, 3, 4, 5, 6, 7], [0, 1, 2, 3], [4, 5], [4], [5], [6, 7]])
    })

    it.each([0, 1, 499, 500, 998, 999])(
      'finds the one item at fault, number %d of 1,000, in 22 requests',
      async (bad) => {
        const { sent, requests } = refusing([bad])
        const answers = await requests.send('userProperties', users(1000))
        expect(statuses(answers)).toStrictEqual(users(1000).map((_, index) => (index === bad ? 400 : 200)))
        expect(sent.length).toBeLessThanOrEqual(22)
      }
    )

    it('sends one by one what is refused one by one', async () => {
      const { sent, requests } = heapThat(() => refusal('Bad Request'))
      expect(statuses(await requests.send('userProperties', users(20)))).toStrictEqual(users(20).map(() => 400))
      expect(sent.map(({ length }) => length)).toStrictEqual([20, 10, 5, 3, 2, ...Array.from({ length: 20 }, () => 1)])
    })

    it('continues when Heap takes in parts what it refused together', async () => {
      const { sent, requests } = heapThat((_indexes, request) => (request === 1 ? refusal('Bad Request') : ok))
      expect(statuses(await requests.send('userProperties', users(4)))).toStrictEqual([200, 200, 200, 200])
      expect(sent).toStrictEqual([[0, 1, 2, 3], [0, 1], [2], [3]])
    })
  })

  describe('after a 413', () => {
    const takingAtMost = (limit: number) => heapThat(({ length }) => (length > limit ? answered(413) : ok))

    it('halves, and sends nothing of that size again', async () => {
      const { sent, requests } = takingAtMost(300)
      expect(statuses(await requests.send('userProperties', users(1600)))).toStrictEqual(users(1600).map(() => 200))
      expect(sent.map(({ length }) => length)).toStrictEqual([1000, 500, 250, 250, 250, 250, 250, 250, 100])
    })

    it('is final for an item alone', async () => {
      const { sent, requests } = heapThat((indexes) => (indexes.includes(2) ? answered(413) : ok))
      const answers = await requests.send('userProperties', users(4))
      expect(statuses(answers)).toStrictEqual([200, 200, 413, 200])
      expect(sent).toStrictEqual([[0, 1, 2, 3], [0, 1], [2, 3], [2], [3]])
    })
  })

  it.each([401, 403, 404, 501])(
    'takes a %d as final for the items of the request, and sends the others',
    async (status) => {
      const { sent, requests } = heapThat((_indexes, request) => (request === 1 ? answered(status) : ok))
      const answers = statuses(await requests.send('userProperties', users(1001)))
      expect(answers).toStrictEqual([...users(1000).map(() => status), 200])
      expect(sent.map(({ length }) => length)).toStrictEqual([1000, 1])
    }
  )

  const notSent = (cause: string) => `Not sent: an earlier request of this batch failed (${cause}); send it again.`

  it('sends nothing more after a 429', async () => {
    const { sent, requests } = heapThat(() => answered(429))
    const unsent = unanswered(429, notSent('Heap answered 429'))
    expect(await requests.send('userProperties', users(1001))).toStrictEqual([
      ...users(1000).map(() => answered(429)),
      unsent
    ])
    expect(await requests.send('track', users(1))).toStrictEqual([unsent])
    expect(sent).toHaveLength(1)
  })

  const failures = [...[408, 423, 500, 503, 520].map(answered), unanswered(504, 'socket hang up')]
  const cases = failures.map((failure): [number, HeapAnswer] => [failure.status, failure])

  it.each(cases)('continues after a %d, which costs only the items of its request', async (_status, failure) => {
    const { sent, requests } = heapThat((_indexes, request) => (request % 2 === 0 ? failure : ok))
    const answers = await requests.send('userProperties', users(4001))
    expect(answers[999]).toStrictEqual(ok)
    expect(answers.slice(1000, 2000)).toStrictEqual(users(1000).map(() => failure))
    expect(answers[2000]).toStrictEqual(ok)
    expect(answers.slice(3000, 4000)).toStrictEqual(users(1000).map(() => failure))
    expect(answers[4000]).toStrictEqual(ok)
    expect(sent).toHaveLength(5)
  })

  it.each(cases)('sends nothing more after two failures in a row: %d', async (status, failure) => {
    const { sent, requests } = heapThat(() => failure)
    const unsent = unanswered(status, notSent(failure.answered ? `Heap answered ${status}` : failure.reason))
    expect(await requests.send('userProperties', users(1000))).toStrictEqual(users(1000).map(() => failure))
    expect(await requests.send('track', users(1001))).toStrictEqual([...users(1000).map(() => failure), unsent])
    expect(await requests.send('track', users(1))).toStrictEqual([unsent])
    expect(sent).toHaveLength(2)
  })

  it('keeps what is settled when a later request fails, and continues with the search', async () => {
    const { sent, requests } = heapThat((indexes) => {
      if (indexes.length > 2 || indexes.includes(7)) return refusal('Bad Request')
      return indexes.includes(2) ? answered(503) : ok
    })
    const answers = await requests.send('userProperties', users(8))
    expect(statuses(answers)).toStrictEqual([200, 200, 503, 200, 200, 200, 200, 400])
    expect(sent.length).toBeLessThan(14)
  })

  it('makes at most 64 requests over all calls, and leaves the rest undecided', async () => {
    const { sent, requests } = heapThat((indexes) => refusal(indexes.length > 1 ? named(0) : 'Bad Request'))
    const answers = await requests.send('userProperties', users(100))
    const reason =
      'Not delivered: Heap refuses too many items of this batch to find all of them within 64 requests. Send this item again.'
    expect(answers.slice(0, 64)).toStrictEqual(users(64).map(() => refusal(named(0))))
    expect(answers.slice(64)).toStrictEqual(users(36).map(() => unanswered(500, reason)))
    expect(await requests.send('track', users(1))).toStrictEqual([unanswered(500, reason)])
    expect(sent).toHaveLength(MAX_REQUESTS_PER_BATCH)
  })

  it('leaves 16 of them to each call to come, enough to decide something of 1,000 items', async () => {
    const { sent, requests } = heapThat((indexes) => refusal(indexes.length > 1 ? named(0) : 'Bad Request'))
    const decided = async (callsToCome: number) => {
      const answers = await requests.send('userProperties', users(100), callsToCome)
      return answers.filter(({ status }) => status === 400).length
    }
    expect([await decided(2), await decided(1), await decided(0)]).toStrictEqual([32, 16, 16])
    expect(sent).toHaveLength(MAX_REQUESTS_PER_BATCH)
  })
})
