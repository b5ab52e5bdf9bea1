import createPlugins, { destination } from '..'
import { withFittingKeys } from '../fitting-keys'

const subscription = { name: 'All', subscribe: 'type = "track"', enabled: true, mapping: {} }

describe('the plugin factory', () => {
  it('has the name by which calls address the destination', () => {
    expect(createPlugins.pluginName).toBe('Heap-Web')
  })

  it('makes a plugin of each action that is subscribed, identifyUser first', async () => {
    const subscriptions = ['trackEvent', 'identifyUser'].map((partnerAction) => ({ ...subscription, partnerAction }))
    const names = async (settings: Parameters<typeof createPlugins>[0]) =>
      (await createPlugins(settings)).map(({ name }) => name)
    expect(await names({ appId: '11', subscriptions })).toStrictEqual(['Heap-Web identifyUser', 'Heap-Web trackEvent'])
    expect(await names({ appId: '11', subscriptions: subscriptions.slice(0, 1) })).toStrictEqual([
      'Heap-Web trackEvent'
    ])
    expect(await createPlugins({ appId: '11' })).toStrictEqual([])
  })
})

describe('destination', () => {
  it("has the keys that production's connections have saved", () => {
    const { settings = {}, actions } = destination
    const saved = ['appId', 'disableTextCapture', 'secureCookie', 'trackingServer', 'ingestServer', 'hostname']
    expect(Object.keys(settings).sort()).toStrictEqual(
      [...saved, 'browserArrayLimit', 'region', 'heapIsOnThePage'].sort()
    )
    expect(Object.keys(actions.trackEvent.fields).sort()).toStrictEqual(
      ['name', 'properties', 'identity', 'anonymousId', 'traits'].sort()
    )
    expect(Object.keys(actions.identifyUser.fields).sort()).toStrictEqual(['userId', 'traits', 'anonymousId'].sort())
  })

  it('subscribes identify and track calls, page calls to nothing', () => {
    expect(destination.presets).toStrictEqual([
      {
        name: 'Identify Calls',
        subscribe: 'type = "identify"',
        partnerAction: 'identifyUser',
        mapping: {
          userId: { '@path': '$.userId' },
          anonymousId: { '@path': '$.anonymousId' },
          traits: { '@path': '$.traits' }
        },
        type: 'automatic'
      },
      {
        name: 'Track Calls',
        subscribe: 'type = "track"',
        partnerAction: 'trackEvent',
        mapping: {
          name: { '@path': '$.event' },
          properties: { '@path': '$.properties' },
          anonymousId: { '@path': '$.anonymousId' }
        },
        type: 'automatic'
      }
    ])
  })
})

describe('withFittingKeys', () => {
  it.each([
    ['leaves a key of 511 characters', 'k'.repeat(511), 'k'.repeat(511)],
    ['cuts a longer key to 511', 'k'.repeat(600), 'k'.repeat(511)],
    ['cuts through no surrogate pair', 'k'.repeat(510) + '😀', 'k'.repeat(510)]
  ])('%s', (_name, key, fitting) => {
    expect(withFittingKeys({ a: 1, [key]: 2 })).toStrictEqual({ a: 1, [fitting]: 2 })
  })

  it('takes the key __proto__ for data', () => {
    const properties = JSON.parse('{"__proto__":1}') as Record<string, number>
    expect(Object.entries(withFittingKeys(properties))).toStrictEqual([['__proto__', 1]])
  })
})
