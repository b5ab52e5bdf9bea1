import type * as heapWeb from '../../../src/destinations/heap-web'

interface FakeScript {
  src: string
  onload?: () => void
  onerror?: () => void
  setAttribute(): void
}

/** What heap-web uses of a page: its globals, scripts that it adds, and the console. */
export class FakePage {
  readonly window: Record<string, unknown>
  readonly scripts: FakeScript[] = []
  readonly warnings: string[] = []
  private readonly listeners = new Map<string, Set<() => void>>()

  constructor(globals: Record<string, unknown> = {}) {
    this.window = { ...globals, document: this.document() }
    Object.assign(globalThis, { window: this.window, document: this.window.document })
    Object.assign(globalThis, { addEventListener: (name: string, listener: () => void) => this.on(name, listener) })
    jest.spyOn(console, 'warn').mockImplementation((text: string) => void this.warnings.push(text))
  }

  emit(name: string): void {
    this.listeners.get(name)?.forEach((listener) => listener())
  }

  private on(name: string, listener: () => void): void {
    this.listeners.set(name, (this.listeners.get(name) ?? new Set()).add(listener))
  }

  private document() {
    return {
      querySelector: () => null,
      querySelectorAll: () => [],
      createElement: () => ({ setAttribute: () => undefined }),
      getElementsByTagName: () => [
        { parentElement: { insertBefore: (script: FakeScript) => this.scripts.push(script) } }
      ],
      addEventListener: (name: string, listener: () => void) => this.on(name, listener),
      removeEventListener: (name: string, listener: () => void) => this.listeners.get(name)?.delete(listener)
    }
  }
}

/** A Heap that notes its calls, each with its arguments behind the method's name. */
export function recordingHeap(): { calls: unknown[][]; heap: Record<string, unknown> } {
  const calls: unknown[][] = []
  const heap: Record<string, unknown> = {}
  for (const name of ['identify', 'resetIdentity', 'addUserProperties', 'track']) {
    heap[name] = (...args: unknown[]) => calls.push([name, ...args])
  }
  return { calls, heap }
}

/** heap-web as a page loads it: what it knows of the page is kept in its modules. */
export function loadHeapWeb(): typeof heapWeb {
  let loaded: typeof heapWeb | undefined
  jest.isolateModules(() => {
    loaded = jest.requireActual<typeof heapWeb>('../../../src/destinations/heap-web')
  })
  if (!loaded) throw new Error('heap-web was not loaded')
  return loaded
}
