import type { GlobalSetting } from '@segment/actions-core'
import type { Settings } from './generated-types'
import { warn } from './warn'

/** What matters only to a Heap that this destination loads. */
const depends_on: GlobalSetting['depends_on'] = {
  conditions: [{ fieldKey: 'heapIsOnThePage', operator: 'is_not', value: true }]
}

export const settings: Record<string, GlobalSetting> = {
  appId: {
    label: 'App ID',
    description: "Heap's App ID, a number. Find it in Heap's install snippet: heap.load('YOUR_APP_ID').",
    type: 'string',
    required: true
  },
  heapIsOnThePage: {
    label: 'Heap Is on the Page',
    description:
      "Turn on when something else loads Heap: a tag manager, Heap's own snippet, the Contentsquare tag. Calls wait for it.",
    type: 'boolean',
    default: false
  },
  region: {
    label: 'Region',
    description: 'Where your Heap data is stored.',
    type: 'string',
    choices: [
      { label: 'US', value: 'US' },
      { label: 'EU', value: 'EU' }
    ],
    default: 'US',
    depends_on
  },
  disableTextCapture: {
    label: 'Disable Text Capture',
    description: 'Heap captures no text of elements.',
    type: 'boolean',
    depends_on
  },
  secureCookie: {
    label: 'Secure Cookie',
    description: 'Heap sends its cookies over HTTPS only.',
    type: 'boolean',
    depends_on
  },
  ingestServer: {
    label: 'Ingest Server',
    description: 'Where heap.js sends what it captures, if not to Heap.',
    type: 'string',
    depends_on
  },
  hostname: {
    label: 'Hostname',
    description: "Where heap.js is loaded from, if not from Heap's CDN: the host alone, without `https://`.",
    type: 'string',
    depends_on
  },
  trackingServer: {
    label: 'Tracking Server (deprecated)',
    description: "Heap's former name of `ingestServer`. With `hostname`, Heap's classic SDK is loaded from there.",
    type: 'string',
    depends_on
  },
  browserArrayLimit: {
    label: 'Browser Array Limit',
    description:
      'Up to this many array items of an event are also sent as events of their own, named "<event> <property> item". 0 or none: off.',
    type: 'number'
  }
}

/** When one of these is wrong, Heap would not be found, or be somebody else's, or be there twice. */
const NEEDED = ['appId', 'heapIsOnThePage', 'region', 'hostname']

/** Whether Heap can be loaded with them. Tells of each that is of another kind than its field; an empty one is not set. */
export function areLoadable(values: Settings): boolean {
  const wrong = Object.keys(settings).filter((key) => !fits(values[key as keyof Settings], key))
  const isLoadable = !wrong.some((key) => NEEDED.includes(key))
  for (const key of wrong) {
    warn(`The setting \`${key}\` must be ${kindOf(key)}${isLoadable ? '' : '. Heap is not loaded'}`)
  }
  return isLoadable
}

function fits(value: unknown, key: string): boolean {
  const { type, choices } = settings[key]
  if (key === 'appId') return /^\d+$/.test(String(value))
  if (value === undefined || value === null || value === '') return true
  if (key === 'hostname') return typeof value === 'string' && !/:\/\/|\s/.test(value)
  if (type === 'number') return !Number.isNaN(Number(value))
  return choices ? choices.some((choice) => choice.value === value) : typeof value === type
}

function kindOf(key: string): string {
  const { type, choices } = settings[key]
  if (key === 'appId') return "the number in heap.load('YOUR_APP_ID')"
  if (key === 'hostname') return 'a host, without https://'
  return choices ? `one of ${choices.map(({ value }) => value).join(', ')}` : `a ${type}`
}
