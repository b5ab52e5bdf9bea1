// The calls a page makes before Analytics.js has loaded wait in this array, as with the snippet of a Segment source.
;(() => {
  const methods = ['track', 'page', 'identify', 'group', 'alias', 'ready', 'on', 'reset']
  const analytics = (window.analytics = window.analytics || [])
  for (const method of methods) analytics[method] = (...args) => (analytics.push([method, ...args]), analytics)
  const script = document.createElement('script')
  script.async = true
  script.src = '/analytics.js/v1/example/analytics.min.js'
  analytics._writeKey = 'example'
  analytics._cdn = location.origin
  document.head.append(script)
  analytics.page()
})()
