interface HeapJsOptions {
  appId: string
  /** Where visitors' calls are posted. */
  collectUrl: string
}

interface Visitor {
  user_id: string
  identity: string | null
}

interface VisitorMemory {
  visitor: Visitor
  /** The ID of this tab's session. */
  session: string
  identify(identity: string): void
  reset(): unknown
}

type Send = (call: string, sent: object) => void

interface HeapJs {
  clientConfig: { disableTextCapture?: boolean }
  track(event: string, properties: object): void
}

interface HeapPage {
  /** With the classic SDK's snippet, an array of early calls: method and arguments. */
  heap?: Record<string, unknown>
  heapReadyCb?: { push(call: { fn: () => void }): unknown }
}

/**
 * A stand-in for heap.js, also for its classic SDK, that tells the emulator what it is told. Its functions run in the
 * page, from their source text: they can use nothing but the page and each other.
 */
export function heapJsSource(options: HeapJsOptions): string {
  const functions = [rememberVisitor, openOutbox, createHeap, callByName, captureClicks, startHeapJs]
    .map(String)
    .join('\n')
  return `(function (options) {\n${functions}\nstartHeapJs(options)\n})(${JSON.stringify(options).replace(/</g, '\\u003c')})`
}

/** Heap's numeric id of the visitor, kept for this browser where the page may store anything. */
function rememberVisitor(storageKey: string): VisitorMemory {
  const memory: VisitorMemory = {
    visitor: stored() ?? newVisitor(),
    session: keptSession() ?? newVisitor().user_id,
    // Heap takes a visitor who becomes somebody else for another visitor.
    identify(identity) {
      const { visitor } = memory
      const known = visitor.identity === null || visitor.identity === identity ? visitor : newVisitor()
      keep({ ...known, identity })
    },
    // Who is anonymous already stays so: https://developers.heap.io/reference/resetidentity
    reset: () => memory.visitor.identity !== null && keep(newVisitor())
  }
  keep(memory.visitor)
  keepSession(memory.session)

  function newVisitor(): Visitor {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2))
    return { user_id: String((high % 2 ** 20) * 2 ** 32 + low), identity: null }
  }

  function stored(): Visitor | undefined {
    try {
      return (JSON.parse(localStorage.getItem(storageKey) ?? 'null') as Visitor | null) ?? undefined
    } catch {
      return undefined
    }
  }

  function keptSession(): string | null {
    try {
      return sessionStorage.getItem(storageKey)
    } catch {
      return null
    }
  }

  function keepSession(session: string): void {
    try {
      sessionStorage.setItem(storageKey, session)
    } catch {
      // A page that may not store has a new session each time.
    }
  }

  function keep(visitor: Visitor): void {
    memory.visitor = visitor
    try {
      localStorage.setItem(storageKey, JSON.stringify(visitor))
    } catch {
      // A page that may not store has a new visitor each time.
    }
  }

  return memory
}

/** Posts one body after the other, because requests side by side arrive in any order. */
function openOutbox(url: string): (body: string) => void {
  const waiting: string[] = []
  let isSending = false

  async function sendWaiting(): Promise<void> {
    if (isSending) return
    isSending = true
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      // A request that outlives its page may be 64 kB long: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
      await fetch(url, { method: 'POST', mode: 'no-cors', keepalive: body.length < 20000, body }).catch(() => undefined)
    }
    isSending = false
  }

  addEventListener('pagehide', () => waiting.splice(0).forEach((body) => navigator.sendBeacon(url, body)))
  return (body) => {
    waiting.push(body)
    void sendWaiting()
  }
}

function createHeap(appId: string, clientConfig: HeapJs['clientConfig'], memory: VisitorMemory, send: Send) {
  let eventProperties: Record<string, unknown> = {}
  return {
    loaded: true,
    appid: appId,
    clientConfig,
    identify(identity: string) {
      memory.identify(identity)
      send('identify', { identity })
    },
    resetIdentity: () => void memory.reset(),
    getUserId: () => memory.visitor.user_id,
    getSessionId: () => memory.session,
    getIdentity: () => memory.visitor.identity,
    addUserProperties: (properties: object) => send('addUserProperties', { properties }),
    track: (event: string, properties: object = {}) =>
      send('track', { event, properties: { ...eventProperties, ...properties } }),
    addEventProperties: (properties: object) => void Object.assign(eventProperties, properties),
    removeEventProperty: (name: string) => void delete eventProperties[name],
    clearEventProperties: () => void (eventProperties = {}),
    onReady: (callback: () => void) => callback()
  }
}

function callByName(heap: object, method: string, args: unknown[]): void {
  const implementation = (heap as Record<string, unknown>)[method]
  if (typeof implementation === 'function') implementation.apply(heap, args)
}

function captureClicks(heap: HeapJs): void {
  const capture = ({ target }: Event) => {
    const element = target instanceof Element ? target.closest('a, button, input, label, select') : null
    if (!element) return
    const text = heap.clientConfig.disableTextCapture ? '' : (element.textContent ?? '').trim().slice(0, 100)
    const tag = element.tagName.toLowerCase()
    heap.track('click', { autocaptured: true, tag, id: element.id, text, path: location.pathname })
  }
  document.addEventListener('click', capture, true)
}

function startHeapJs({ appId, collectUrl }: HeapJsOptions): void {
  const page = window as Window & HeapPage
  const memory = rememberVisitor(`heap-emulator-${appId}`)
  const post = openOutbox(collectUrl)
  const send: Send = (call, sent) =>
    post(JSON.stringify({ app_id: appId, user_id: memory.visitor.user_id, session_id: memory.session, call, ...sent }))
  const early: unknown = page.heap
  const heap = createHeap(appId, page.heap?.clientConfig ?? page.heap?.config ?? {}, memory, send)
  const queue: unknown = page.heapReadyCb
  page.heap = heap
  page.heapReadyCb = { push: ({ fn }) => fn() }
  heap.track('pageview', { autocaptured: true, path: location.pathname, title: document.title })
  if (Array.isArray(queue)) (queue as { fn: () => void }[]).forEach(({ fn }) => fn())
  if (Array.isArray(early))
    (early as unknown[][]).forEach(([method, ...args]) => callByName(heap, String(method), args))
  captureClicks(heap)
}
