import heap from './destinations/heap'
import { destination as heapWeb } from './destinations/heap-web'

/** The definitions by the name of their folder, as the action-destinations monorepo registers them. */
export const destinations: { heap: typeof heap; 'heap-web': typeof heapWeb } = { heap, 'heap-web': heapWeb }

export { heap, heapWeb }
export type { Settings as HeapSettings } from './destinations/heap/generated-types'
export { flatten } from './lib/flatten'
export type { FlatValue, NestedProperties } from './lib/flatten'
