/**
 * The classic Heap destination in cloud mode, whose code cannot be loaded, as a definition that `diff` compares with:
 * written after its public code and Segment's page about it. Identify and track calls of known users alone, one request
 * each; nested objects as `a.b`, lists as JSON text; no time and no idempotency key.
 */
const HEAP = 'https://heapanalytics.com/api'

/** @typedef {Record<string, unknown>} Properties */

/** @param {Properties} properties */
function flattened(properties, prefix = '', flat = /** @type {Properties} */ ({})) {
  for (const [key, value] of Object.entries(properties)) {
    if (Array.isArray(value)) flat[prefix + key] = JSON.stringify(value)
    else if (typeof value !== 'object' || value === null) flat[prefix + key] = value
    else flattened(/** @type {Properties} */ (value), `${prefix}${key}.`, flat)
  }
  return flat
}

/**
 * `email` is called `_email`, and the library stands beside it, or a blank.
 * @param {{ properties?: Properties, library?: string }} payload
 */
function propertiesOf({ properties = {}, library = '' }) {
  const { email, ...others } = properties
  return { ...flattened(others), ...(email === undefined ? {} : { _email: email }), segment_library: library }
}

/** @param {string} path @returns {import('@segment/actions-core').InputField} */
function field(path, type = 'string') {
  return { label: path, description: path, type: /** @type {'string'} */ (type), default: { '@path': path } }
}

const library = field('$.context.library.name')

/** @type {Record<string, import('@segment/actions-core').ActionDefinition<{ appId: string }, any>>} */
const actions = {
  track: {
    title: 'Track',
    description: 'Sends an event of a known user.',
    defaultSubscription: 'type = "track"',
    fields: {
      identity: field('$.userId'),
      event: field('$.event'),
      properties: field('$.properties', 'object'),
      library
    },
    perform: (request, { settings: { appId }, payload }) => {
      if (!payload.identity) return undefined
      const { identity, event } = payload
      return request(`${HEAP}/track`, {
        method: 'post',
        json: { app_id: appId, identity, event, properties: propertiesOf(payload) }
      })
    }
  },
  identify: {
    title: 'Identify',
    description: 'Sets properties of a known user.',
    defaultSubscription: 'type = "identify"',
    fields: { identity: field('$.userId'), properties: field('$.traits', 'object'), library },
    perform: (request, { settings: { appId }, payload }) => {
      if (!payload.identity) return undefined
      const { identity } = payload
      return request(`${HEAP}/identify`, {
        method: 'post',
        json: { app_id: appId, identity, properties: { ...propertiesOf(payload), id: identity } }
      })
    }
  }
}

/** @type {import('@segment/actions-core').DestinationDefinition<{ appId: string }>} */
module.exports = {
  name: 'Heap',
  mode: 'cloud',
  actions,
  presets: Object.entries(actions).map(([key, { title, defaultSubscription = '', fields }]) => ({
    name: title,
    type: 'automatic',
    partnerAction: key,
    subscribe: defaultSubscription,
    mapping: Object.fromEntries(Object.entries(fields).map(([name, { default: path }]) => [name, path]))
  }))
}
