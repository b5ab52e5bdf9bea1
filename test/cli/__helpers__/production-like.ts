/**
 * Segment's production destination as the migration guide describes it, in little: one event a request to the partner
 * endpoint, all values as text, lists by index, `anonymous_id` with every event of a known user, no check of IDs.
 */
export const PRODUCTION_LIKE = `
const flat = (value, prefix, into = {}) => {
  for (const [key, item] of Object.entries(value)) {
    if (typeof item === 'object' && item !== null) flat(item, prefix + key + '.', into)
    else into[prefix + key] = String(item)
  }
  return into
}
const field = (path, type = 'string') => ({
  label: path, description: path, type, allowNull: true, default: { '@path': path }
})
const post = (request, path, json) => request('https://heapanalytics.com' + path, { method: 'post', json })

const trackEvent = {
  title: 'Track Event',
  description: 'Sends an event.',
  defaultSubscription: 'type = "track" or type = "page" or type = "screen"',
  fields: {
    message_id: field('$.messageId'),
    identity: field('$.userId'),
    anonymous_id: field('$.anonymousId'),
    event: field('$.event'),
    properties: field('$.properties', 'object')
  },
  perform: async (request, { payload, settings }) => {
    const { identity, anonymous_id, event, properties = {}, message_id } = payload
    if (!identity && !anonymous_id) throw new Error('Either Anonymous id or Identity should be specified.')
    if (identity && anonymous_id) {
      await post(request, '/api/add_user_properties', { app_id: settings.appId, identity, properties: { anonymous_id } })
    }
    await post(request, '/api/integrations/track', {
      app_id: settings.appId,
      library: 'server',
      events: [{
        event: event || 'track',
        user_identifier: identity ? { identity } : { anonymous_id },
        custom_properties: { segment_library: 'cloud-mode-destination', ...flat(properties, '') },
        idempotency_key: message_id
      }]
    })
  }
}

const subscribe = trackEvent.defaultSubscription
const mapping = Object.fromEntries(Object.entries(trackEvent.fields).map(([key, { default: path }]) => [key, path]))

module.exports = {
  name: 'Heap Cloud (Actions)',
  mode: 'cloud',
  actions: { trackEvent },
  presets: [{ name: 'Track Calls', type: 'automatic', partnerAction: 'trackEvent', subscribe, mapping }]
}
`
