import { destination as heapWeb } from '../destinations/heap-web'
import { HEAP_CDN_ORIGINS } from '../destinations/heap-web/heap-snippet'
import { defaultSubscriptions } from '../segment/connection'
import type { SettingsCdnOptions } from '../segment/settings-cdn'

/** What pages are given in device mode: heap-web, whose heap.js comes from the emulator unless requests are live. */
export function deviceMode(settings: { appId: string; region: string }, live: boolean): SettingsCdnOptions {
  const { appId, region } = settings
  return {
    plugin: { name: heapWeb.name, settings: { appId, region, subscriptions: defaultSubscriptions(heapWeb) } },
    origins: live ? {} : { [HEAP_CDN_ORIGINS.US]: '', [HEAP_CDN_ORIGINS.EU]: '/eu' }
  }
}
