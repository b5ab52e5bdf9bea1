import { generatePlugins } from '@segment/browser-destination-runtime/plugin'
import type { BrowserDestinationDefinition, Subscription } from '@segment/browser-destination-runtime/types'
import type { Plugin } from '@segment/analytics-next'
import { automaticPreset } from '../../lib/mapping-presets'
import type { Settings } from './generated-types'
import { heapOnPage, warnOfForeignHeap } from './heap-sdk'
import type { HeapSdk } from './heap-sdk'
import identifyUser from './identifyUser'
import { watchLogOuts } from './log-out'
import { settings } from './settings'
import trackEvent from './trackEvent'

export const destination: BrowserDestinationDefinition<Settings, HeapSdk> = {
  name: 'Heap-Web',
  slug: 'actions-heap-web',
  mode: 'device',
  description: "Load Heap's library onto the page, and send identify and track calls to it.",
  settings,
  // Never waits for heap.js: its queue takes the calls, and Analytics.js continues when heap.js is blocked.
  initialize: ({ settings, analytics }) => {
    warnOfForeignHeap(settings)
    const heap = heapOnPage(settings)
    watchLogOuts(analytics, heap)
    return Promise.resolve(heap)
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
  (settings: Settings & { subscriptions?: Subscription[] }): Promise<Plugin[]> =>
    Promise.resolve(generatePlugins(destination, settings, settings.subscriptions ?? [])),
  { pluginName: destination.name }
)
