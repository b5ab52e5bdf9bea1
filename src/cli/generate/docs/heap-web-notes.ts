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
    ['characters of a property key or text', KEPT_CHARACTERS, 'cut'],
    ['characters of a key, for heap.js', `[${MAX_WEB_KEY_LENGTH}](${PAGE})`, 'cut'],
    [
      'characters of an event name, for heap.js',
      `[255](${PAGE})`,
      'passed on whole, with a warning: the name must stay the same'
    ],
    ['calls that wait for a Heap that the page brings', '1,000', 'the oldest events are lost, with a warning']
  ]
)

const ERRORS = `Nothing is thrown on the page. The console tells, once for each text, of what is not sent and why: a setting of the wrong kind by its name, a heap.js that cannot be loaded, a page that has a Heap of its own or something else under that name, an event without a name, an identity too long, and a call from before a log-out that came too late. [Device mode](device-mode.md) says what to do.`

const DELETION = 'By the definition of cloud mode.'
