// Stands for a tag manager, or Heap's own snippet: with ?heap=early it brings Heap at once, with ?heap=late once the
// visitor allows it, with ?heap=never not at all. The connection then needs the setting heapIsOnThePage.
;(() => {
  const when = new URLSearchParams(location.search).get('heap')
  if (!when) return
  const analytics = (window.analytics = window.analytics || [])
  analytics._loadOptions = {
    updateCDNSettings: (settings) => ({
      ...settings,
      remotePlugins: (settings.remotePlugins || []).map((plugin) => ({
        ...plugin,
        settings: { ...plugin.settings, heapIsOnThePage: true }
      }))
    })
  }
  if (when === 'early') loadHeap()
  if (when === 'late') addEventListener('DOMContentLoaded', askTheVisitor)

  function askTheVisitor() {
    const button = document.createElement('button')
    button.textContent = 'Allow Heap'
    button.addEventListener('click', () => {
      button.remove()
      loadHeap()
    })
    document.querySelector('header').append(button)
  }

  /** What Heap's snippet does: calls wait until heap.js has loaded. 11 is the App ID of the local emulator. */
  function loadHeap() {
    window.heapReadyCb = window.heapReadyCb || []
    window.heap = Object.assign([], { envId: '11', clientConfig: { shouldFetchServerConfig: false } })
    for (const name of ['identify', 'resetIdentity', 'addUserProperties', 'track', 'getUserId', 'onReady']) {
      window.heap[name] = (...args) => window.heapReadyCb.push({ name, fn: () => window.heap[name](...args) })
    }
    const script = document.createElement('script')
    script.async = true
    script.src = '/config/11/heap_config.js'
    document.head.append(script)
  }
})()
