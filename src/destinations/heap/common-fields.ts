import type { InputField } from '@segment/actions-core'
import { MAX_ITEMS_PER_REQUEST } from '../../lib/heap/limits'

/** Allows null because Analytics.js sends `userId: null` before the first identify. */
export function identityField(label: string, description: string, required = false): InputField {
  return { label, description, type: 'string', allowNull: true, required, default: { '@path': '$.userId' } }
}

export function anonymousIdField(description: string): InputField {
  return {
    label: 'Anonymous ID',
    description,
    type: 'string',
    allowNull: true,
    default: { '@path': '$.anonymousId' }
  }
}

export const nestedProperties: InputField = {
  label: 'Nested Properties',
  description:
    'How to send nested objects and arrays, which Heap does not store. Flatten: `a.b`, arrays as JSON text. Index: arrays expanded too, as `list.0`. Stringify: each as JSON text. Drop: left out.',
  type: 'string',
  choices: [
    { label: 'Flatten', value: 'flatten' },
    { label: 'Flatten, arrays by index', value: 'index' },
    { label: 'Stringify', value: 'stringify' },
    { label: 'Drop', value: 'drop' }
  ],
  default: 'flatten',
  // The mapping editor offers the choices alone; a saved mapping that computes one keeps working.
  disabledInputMethods: ['variable', 'function', 'enrichment', 'freeform']
}

export const batchingFields: { enable_batching: InputField; batch_size: InputField } = {
  enable_batching: {
    label: 'Batch Data to Heap',
    description: 'Send up to 1,000 events in one request, with one outcome for each.',
    type: 'boolean',
    default: true
  },
  batch_size: {
    label: 'Batch Size',
    description: `Events in one batch, at most ${MAX_ITEMS_PER_REQUEST}: Heap's limit for a bulk request.`,
    type: 'integer',
    default: MAX_ITEMS_PER_REQUEST,
    minimum: 1,
    maximum: MAX_ITEMS_PER_REQUEST,
    unsafe_hidden: true
  }
}
