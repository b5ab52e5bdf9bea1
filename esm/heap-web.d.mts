import type { Plugin } from '@segment/analytics-next'
import type { Subscription } from '@segment/browser-destination-runtime/types'
import type { Settings } from '../dist/destinations/heap-web/generated-types.js'

export { destination } from '../dist/destinations/heap-web/index.js'

interface PluginFactory {
  (settings: Settings & { subscriptions?: Subscription[] }): Promise<Plugin[]>
  pluginName: string
}

declare const createPlugins: PluginFactory
export default createPlugins
