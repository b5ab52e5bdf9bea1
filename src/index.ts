import heap from './destinations/heap'

/** The definitions by the name of their folder, as the action-destinations monorepo registers them. */
export const destinations = { heap }

export { heap }
export type { Settings as HeapSettings } from './destinations/heap/generated-types'
export { flatten } from './lib/flatten'
export type { FlatValue, NestedProperties } from './lib/flatten'
