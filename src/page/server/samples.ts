import { SAMPLES } from '../../segment/sample-calls'
import type { SampleCall } from '../../segment/sample-calls'
import type { PageSample } from '../protocol'

/** The samples that an action takes, by their names in the table. */
const NAMES: Record<string, string> = {
  track: 'Track',
  'anonymous-track': 'Track, anonymous',
  page: 'Page',
  screen: 'Screen',
  identify: 'Identify',
  group: 'Group',
  'audience-identify': 'Audience entered (identify)',
  'audience-track': 'Audience exited (track)',
  'computed-trait': 'Computed trait'
}

const HOSTILE = '<img src=x onerror=alert(1)>'

/** Events to start from, the usual one first, with the action that usually takes them. */
export const PAGE_SAMPLES: PageSample[] = [
  ...SAMPLES.flatMap(({ name, action, call }) => {
    return action !== null && name in NAMES ? [{ name: NAMES[name], action, event: call }] : []
  }),
  track('Track, nested with arrays', {
    properties: { foo: { bar: { cheese: 'american', prop: [1, 2, 3], products: [{ A: 'Jello' }, { B: 'Peanut' }] } } }
  }),
  track('Hostile', {
    event: HOSTILE,
    properties: {
      [HOSTILE]: 'javascript:alert(1)',
      constructor: { prototype: { polluted: true } },
      long: 'x'.repeat(2000)
    }
  }),
  {
    name: 'Batch with one bad event',
    action: 'trackEvent',
    event: [order({}), order({ messageId: 'sample-bad', event: '' }), order({ userId: 'user-2' })]
  }
]

function track(name: string, fields: object): PageSample {
  return { name, action: 'trackEvent', event: order(fields) }
}

function order(fields: object): SampleCall {
  return { ...SAMPLES[0].call, ...fields }
}
