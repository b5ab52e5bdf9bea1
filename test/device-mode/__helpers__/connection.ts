import type { Settings } from '../../../src/destinations/heap-web/generated-types'
import { FakePage, loadHeapWeb, recordingHeap } from './fake-page'

type Mapping = Record<string, unknown>

/** Analytics.js as far as heap-web knows it. */
class FakeAnalytics {
  private readonly listeners = new Map<string, ((context: unknown) => void)[]>()

  on(name: string, listener: (context: unknown) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener])
  }

  emit(name: string, context?: unknown): void {
    this.listeners.get(name)?.forEach((listener) => listener(context))
  }
}

export interface Connection {
  page: FakePage
  analytics: FakeAnalytics
  /** What Heap was called with. */
  calls: unknown[][]
  /** Hands a call to the plugins, as Analytics.js does a moment after it was made. */
  handOver: (event: Record<string, unknown>) => Promise<void>
}

/** A page with a Heap that notes its calls, and heap-web with one subscription for each action that is mapped. */
export async function connect(
  mappings: Record<string, Mapping>,
  settings: Partial<Settings> = {}
): Promise<Connection> {
  const { calls, heap } = recordingHeap()
  const page = new FakePage({ heap })
  const plugins = await loadHeapWeb().default({
    appId: '11',
    heapIsOnThePage: true,
    ...settings,
    subscriptions: Object.entries(mappings).map(([partnerAction, mapping]) => ({
      partnerAction,
      mapping: mapping as never,
      name: partnerAction,
      enabled: true,
      subscribe: partnerAction === 'trackEvent' ? 'type = "track"' : 'type = "identify"'
    }))
  })
  const analytics = new FakeAnalytics()
  for (const plugin of plugins) await plugin.load({} as never, analytics as never)
  const handOver = async (event: Record<string, unknown>) => {
    for (const plugin of plugins) await plugin.track?.({ event } as never)
  }
  return { page, analytics, calls, handOver }
}
