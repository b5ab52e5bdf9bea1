import definition from '../dist/destinations/heap/index.js'

export default definition.default
