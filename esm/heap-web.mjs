import plugins from '../dist/destinations/heap-web/index.js'

export const destination = plugins.destination
export default plugins.default
