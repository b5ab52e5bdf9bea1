import type { DestinationDefinition } from '@segment/actions-core'
import type { Settings } from '../dist/destinations/heap/generated-types.js'

declare const heap: DestinationDefinition<Settings>
export default heap
