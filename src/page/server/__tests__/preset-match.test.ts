import heap from '../../../destinations/heap'
import { matchPresets } from '../preset-match'

const AUDIENCE = { type: 'identify', context: { personas: { computation_class: 'audience' } } }

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
