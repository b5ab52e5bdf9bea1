import { generatePlugins } from '@segment/browser-destination-runtime/plugin'
import type { BrowserDestinationDefinition, Subscription } from '@segment/browser-destination-runtime/types'
import type { Plugin } from '@segment/analytics-next'
import { automaticPreset } from '../../lib/mapping-presets'
import type { Settings } from './generated-types'
import { heapOnPage, warnOfForeignHeap } from './heap-sdk'
import type { HeapSdk } from './heap-sdk'
import identifyUser from './identifyUser'
import trackEvent from './trackEvent'

export const destination: BrowserDestinationDefinition<Settings, HeapSdk> = {
  name: 'Heap-Web',
  slug: 'actions-heap-web',
  mode: 'device',
  description: "Load Heap's library onto the page, and send identify and track calls to it.",
  settings: {
    appId: {
      label: 'App ID',
      description: "Heap's App ID, a number. It stands in Heap's install snippet: heap.load('YOUR_APP_ID').",
      type: 'string',
      required: true
    },
    region: {
      label: 'Region',
      description: 'Where your Heap data is stored.',
      type: 'string',
      choices: [
        { label: 'US', value: 'US' },
        { label: 'EU', value: 'EU' }
      ],
      default: 'US'
    },
    disableTextCapture: {
      label: 'Disable Text Capture',
      description: 'Heap captures no text of elements.',
      type: 'boolean',
      default: false
    },
    secureCookie: {
      label: 'Secure Cookie',
      description: 'Heap sends its cookies over HTTPS only.',
      type: 'boolean',
      default: false
    },
    ingestServer: {
      label: 'Ingest Server',
      description: 'Where heap.js sends what it captures, if not to Heap.',
      type: 'string'
    },
    hostname: {
      label: 'Hostname',
      description: "Where heap.js is loaded from, if not from Heap's CDN.",
      type: 'string'
    },
    browserArrayLimit: {
      label: 'Browser Array Limit',
      description:
        'Up to this many array items of an event are also sent as events of their own, named "<event> <property> item". 0: none.',
      type: 'number',
      default: 0
    }
  },
  // Never waits for heap.js: its queue takes the calls, and Analytics.js goes on when heap.js is blocked.
  initialize: ({ settings }) => {
    warnOfForeignHeap()
    return Promise.resolve(heapOnPage(settings))
  },
  // In this order the plugins are called: a visitor is identified before what he does is tracked.
  actions: { identifyUser, trackEvent },
  presets: [
    automaticPreset('Identify Calls', 'identifyUser', identifyUser),
    automaticPreset('Track Calls', 'trackEvent', trackEvent)
  ]
}

/** What Segment's loader calls with the settings of the connection: one plugin for each action that is subscribed. */
export default Object.assign(
  (settings: Settings & { subscriptions: Subscription[] }): Promise<Plugin[]> =>
    Promise.resolve(generatePlugins(destination, settings, settings.subscriptions)),
  { pluginName: destination.name }
)
