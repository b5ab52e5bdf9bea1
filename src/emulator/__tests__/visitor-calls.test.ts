import { answerOf, post, useEmulator } from './__helpers__/emulator-client'

describe('POST /api/visitor', () => {
  const heap = useEmulator()
  const visitor = { app_id: '11', user_id: '42' }
  const call = (sent: object) => answerOf(post(`${heap().url}/api/visitor`, { ...visitor, ...sent }))

  it('keeps the properties and events of an anonymous visitor, and hands them to who it is', async () => {
    await call({ call: 'addUserProperties', properties: { plan: 'free', anonymous_id: 'anon-1' } })
    await call({ call: 'track', event: 'Looked', properties: { a: 1 } })
    expect(heap().users()).toMatchObject([{ identity: null, user_id: '42', properties: { plan: 'free' } }])
    await call({ call: 'identify', identity: 'ann' })
    expect(heap().users()).toMatchObject([
      { identity: 'ann', merged_user_ids: ['42'], anonymous_ids: ['anon-1'], properties: { plan: 'free' } }
    ])
    expect(heap().events()).toMatchObject([{ event: 'Looked', identity: 'ann', properties: { a: 1 } }])
  })

  it.each([
    ['an unknown call', { call: 'forget' }, 'call'],
    ['a track without an event', { call: 'track' }, "required property 'event'"],
    ['an identify without an identity', { call: 'identify' }, "required property 'identity'"],
    ['a name over 255 characters', { call: 'track', event: 'e'.repeat(256) }, 'event'],
    ['a key of 512 characters', { call: 'track', event: 'e', properties: { ['k'.repeat(512)]: 1 } }, 'properties'],
    ['a text of 1,024 characters', { call: 'track', event: 'e', properties: { a: 'v'.repeat(1024) } }, "['a']"]
  ])('refuses %s', async (_name, sent, told) => {
    const { status, body } = await call(sent)
    expect(status).toBe(400)
    expect(body).toContain(told)
    expect(heap().events()).toStrictEqual([])
  })

  it('takes 128 KB and no more', async () => {
    const body = (bytes: number) => JSON.stringify({ ...visitor, call: 'track', event: 'Looked' }).padEnd(bytes)
    const send = (bytes: number) => answerOf(post(`${heap().url}/api/visitor`, body(bytes)))
    expect((await send(131_072)).status).toBe(200)
    expect(await send(131_073)).toEqual({ status: 413, body: { error: 'The body is larger than 128 KB' } })
    expect([heap().events().length, heap().requests.length]).toEqual([1, 1])
  })
})
