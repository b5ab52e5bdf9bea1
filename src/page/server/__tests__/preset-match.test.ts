import heap from '../../../destinations/heap'
import { matchPresets, mismatch } from '../preset-match'

const AUDIENCE = { type: 'identify', context: { personas: { computation_class: 'audience' } } }

describe('mismatch', () => {
  it.each([
    ['type = "track"', { type: 'track' }, undefined],
    ['type = "track"', { type: 'page' }, 'type is "page", needed: type = "track"'],
    [
      'event = "Paid" and userId = "a"',
      {},
      'event is missing, needed: event = "Paid"; userId is missing, needed: userId = "a"'
    ],
    ['properties.total > 5', { properties: { total: 4 } }, 'properties.total is 4, needed: properties.total > 5'],
    ['traits.plan = "pro"', { traits: null }, 'traits.plan is missing, needed: traits.plan = "pro"'],
    [
      'type = "track" or type = "page"',
      { type: 'group' },
      'none of: type is "group", needed: type = "track" / type is "group", needed: type = "page"'
    ],
    ['type', {}, 'not valid FQL: Value token is missing']
  ])('of %s with %j is %j', (subscribe, event, reason) => {
    expect(mismatch(subscribe, event)).toEqual(reason)
  })
})

describe('matchPresets', () => {
  it('counts the events that each preset takes', () => {
    const matches = matchPresets(heap as never, [{ type: 'track' }, AUDIENCE, { type: 'track' }])
    const counts = matches.map(({ name, action, matched, of }) => [name, action, matched, of])
    expect(counts.filter(([, , matched]) => matched !== 0)).toStrictEqual([
      ['Track Calls', 'trackEvent', 2, 3],
      ['Engage Audiences', 'syncAudience', 1, 3]
    ])
  })

  it('names the event that a preset of connected audiences waits for', () => {
    const preset = matchPresets(heap as never, [AUDIENCE]).find(({ name }) => name === 'Audience Entered')
    expect(preset).toStrictEqual({
      name: 'Audience Entered',
      action: 'syncAudience',
      of: 1,
      matched: 0,
      reason: 'only for connected audiences (warehouse_audience_entered_track)'
    })
  })
})
