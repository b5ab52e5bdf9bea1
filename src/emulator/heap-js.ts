interface HeapJsOptions {
  appId: string
  /** Where visitors' calls are posted. */
  collectUrl: string
}

interface Visitor {
  user_id: string
  identity: string | null
}

/** The script at `/config/<appId>/heap_config.js`: a stand-in for heap.js that tells the emulator what it is told. */
export function heapJsSource(options: HeapJsOptions): string {
  return `(${heapJs.toString()})(${JSON.stringify(options).replace(/</g, '\\u003c')})`
}

/** Runs in the page, from its source text: it can use nothing outside itself. */
function heapJs({ appId, collectUrl }: HeapJsOptions): void {
  const page = window as Window & {
    heap?: Record<string, unknown>
    heapReadyCb?: { push(call: { fn: () => void }): unknown }
  }
  const storageKey = `heap-emulator-${appId}`
  const config = (page.heap?.clientConfig ?? {}) as { disableTextCapture?: boolean }
  let visitor = remembered() ?? newVisitor()
  let eventProperties: Record<string, unknown> = {}

  function remembered(): Visitor | undefined {
    const text = localStorage.getItem(storageKey)
    return text === null ? undefined : (JSON.parse(text) as Visitor)
  }

  function newVisitor(): Visitor {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2))
    return remember({ user_id: String((high % 2 ** 20) * 2 ** 32 + low), identity: null })
  }

  function remember(known: Visitor): Visitor {
    localStorage.setItem(storageKey, JSON.stringify(known))
    return known
  }

  function send(call: string, sent: object): void {
    // A beacon outlives the page that a click leaves.
    navigator.sendBeacon(collectUrl, JSON.stringify({ app_id: appId, user_id: visitor.user_id, call, ...sent }))
  }

  const heap = {
    loaded: true,
    appid: appId,
    clientConfig: config,
    identify(identity: string) {
      if (visitor.identity !== null && visitor.identity !== identity) visitor = newVisitor()
      visitor = remember({ ...visitor, identity })
      send('identify', { identity })
    },
    resetIdentity: () => void (visitor = newVisitor()),
    addUserProperties: (properties: object) => send('addUserProperties', { properties }),
    track: (event: string, properties: object = {}) =>
      send('track', { event, properties: { ...eventProperties, ...properties } }),
    addEventProperties: (properties: object) => void Object.assign(eventProperties, properties),
    removeEventProperty: (name: string) => void delete eventProperties[name],
    clearEventProperties: () => void (eventProperties = {})
  }

  function captureClick({ target }: Event): void {
    const element = target instanceof Element ? target.closest('a, button, input, label, select') : null
    if (!element) return
    const text = config.disableTextCapture ? '' : (element.textContent ?? '').trim().slice(0, 100)
    heap.track('click', {
      autocaptured: true,
      tag: element.tagName.toLowerCase(),
      id: element.id,
      text,
      path: location.pathname
    })
  }

  const waiting = page.heapReadyCb as unknown
  page.heap = heap
  heap.track('pageview', { autocaptured: true, path: location.pathname, title: document.title })
  if (Array.isArray(waiting)) (waiting as { fn: () => void }[]).forEach(({ fn }) => fn())
  page.heapReadyCb = { push: ({ fn }) => fn() }
  document.addEventListener('click', captureClick, true)
}
