import nock from 'nock'
import { APP_ID, send, testAction } from '../../__tests__/__helpers__/heap-api'

function personas(computation_key: string, computation_class = 'audience') {
  return { personas: { computation_class, computation_key } }
}

const identifyForm = { type: 'identify', userId: 'user-1', context: personas('big_spenders') }
const trackForm = { ...identifyForm, type: 'track', event: 'Audience Entered' }

function membership(properties: object) {
  return [{ path: '/api/add_user_properties', body: { app_id: APP_ID, users: [{ identity: 'user-1', properties }] } }]
}

describe('syncAudience', () => {
  afterEach(() => {
    nock.cleanAll()
  })

  it.each([true, false])('sends the membership %s of an identify call', async (value) => {
    const traits = { big_spenders: value, email: 'a@b.c' }
    expect(await send('syncAudience', { ...identifyForm, traits })).toStrictEqual(membership({ big_spenders: value }))
  })

  it.each([true, false])('sends the membership %s of a track call', async (value) => {
    const properties = { big_spenders: value, audience_key: 'big_spenders' }
    expect(await send('syncAudience', { ...trackForm, properties })).toStrictEqual(membership({ big_spenders: value }))
  })

  it.each([
    ['true', true],
    ['false', false]
  ])('takes the string "%s" for a boolean', async (text, value) => {
    expect(await send('syncAudience', { ...identifyForm, traits: { big_spenders: text } })).toStrictEqual(
      membership({ big_spenders: value })
    )
  })

  it("follows core's reading of the event over a mapping that says otherwise", async () => {
    const mapping = { traits_or_properties: { big_spenders: false } }
    expect(await send('syncAudience', { ...identifyForm, traits: { big_spenders: true } }, { mapping })).toStrictEqual(
      membership({ big_spenders: true })
    )
  })

  it('makes the property name snake_case and finds the value under the original key', async () => {
    const event = { ...identifyForm, context: personas('Order Completed Last 30days') }
    expect(await send('syncAudience', { ...event, traits: { 'Order Completed Last 30days': true } })).toStrictEqual(
      membership({ order_completed_last_30days: true })
    )
  })

  it("calls what is not a membership so, by core's own error", async () => {
    await expect(testAction('syncAudience', { ...identifyForm, traits: { other: true } })).rejects.toMatchObject({
      name: 'InvalidAudienceMembershipError',
      code: 'INVALID_AUDIENCE_MEMBERSHIP',
      status: 400
    })
  })

  it.each([
    ['no value under the key', { traits: { other: true } }, 'has neither true nor false under "big_spenders"'],
    ['a value that is not a membership', { traits: { big_spenders: 'yes' } }, 'neither true nor false'],
    ['an inherited value', { context: personas('toString'), traits: {} }, 'neither true nor false under "toString"'],
    ['no identity', { userId: null, anonymousId: 'a', traits: { big_spenders: true } }, '`identity` is missing'],
    ['no audience key', { context: {}, traits: {} }, "missing the required field 'audience_key'"],
    ['a key without letters', { context: personas('--'), traits: { '--': true } }, 'no letter or digit: "--"']
  ])('refuses %s', async (_case, event, message) => {
    await expect(testAction('syncAudience', { ...identifyForm, ...event })).rejects.toMatchObject({
      message: expect.stringContaining(message)
    })
  })
})
