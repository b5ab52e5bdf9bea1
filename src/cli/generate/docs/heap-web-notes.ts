import { MAX_IDENTITY_LENGTH, MAX_WEB_KEY_LENGTH } from '../../../lib/heap/limits'
import { KEPT_CHARACTERS } from './kept-characters'
import { table } from './markdown'

const PAGE = 'https://developers.heap.io/docs/api-reference'

/** What the definition of device mode does not say in its fields. */
export function heapWebNotes(): string[] {
  return ['## Limits', LIMITS, '## Errors', ERRORS, '## Deletion', DELETION]
}

const LIMITS = table(
  ['what', 'limit', 'beyond it'],
  [
    ['characters of an identity', `[${MAX_IDENTITY_LENGTH}](${PAGE})`, 'not identified, with a warning in the console'],
    ['characters of a property key', `[${MAX_WEB_KEY_LENGTH}](${PAGE})`, 'cut'],
    ['characters of a text', KEPT_CHARACTERS, 'cut'],
    ['characters of an event name', `[255](${PAGE})`, 'passed on whole, with a warning in the console']
  ]
)

const ERRORS = `Nothing is thrown on the page. A heap.js that cannot be loaded, an identity or event name that is too long and a page that has Heap's own snippet are told in the console.`

const DELETION = 'By the definition of cloud mode.'
