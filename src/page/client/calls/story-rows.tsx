import type { StoryRow } from '../../protocol'
import { Heads } from '../heads'
import { visible } from '../text'

/** Rows at most: an event of 32 KB has more fields than anybody reads. */
const SHOWN = 300
const SHOWN_CHARACTERS = 60

/** Which path of the event became what in the request, one beside the other. */
export function StoryRows({ rows }: { rows: StoryRow[] }) {
  if (rows.length === 0) return <p className="soft">The mapping made no payload, so there is nothing to compare.</p>
  return (
    <div className="scroll" role="region" aria-label="Fields" tabIndex={0}>
      <table className="fields">
        <Heads of={['In the event', 'Value', 'Change', 'In the request', 'Sent']} />
        <tbody>
          {rows.slice(0, SHOWN).map((row, index) => (
            <Row key={index} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && <p className="soft">and {rows.length - SHOWN} more</p>}
    </div>
  )
}

function Row({ row }: { row: StoryRow }) {
  const { value, sentAs, sent, change } = row
  return (
    <tr className={change}>
      <td>
        <code>{shortened(visible(source(row)))}</code>
      </td>
      <td>{change !== 'added' && short(value)}</td>
      <td>
        {isSteering(row) ? (
          <span className="soft">not sent</span>
        ) : (
          <span className={`change ${change}`}>{change}</span>
        )}
      </td>
      <td>{sentAs !== null && <code>{shortened(visible(sentAs))}</code>}</td>
      <td>
        {change === 'dropped' ? (
          ''
        ) : change !== 'added' && sent === value ? (
          <span className="soft">same</span>
        ) : (
          short(sent)
        )}
      </td>
    </tr>
  )
}

/** A field such as the type of the call decides what is sent: Heap does not miss it. */
function isSteering({ path, value, change }: StoryRow): boolean {
  return change === 'dropped' && path === '' && typeof value !== 'object'
}

/** The path in the event; of a constant or a template the field that has it. */
function source({ field, from, path, change }: StoryRow): string {
  if (change === 'added') return ''
  if (from === null) return path === '' ? `(${field})` : `(${field}).${path}`
  const start = from.replace(/^\$\.?/, '')
  return [start, path].filter(Boolean).join('.')
}

function short(value: unknown): string {
  if (value === undefined) return ''
  // The quotes are not characters of a text.
  return shortened(visible(JSON.stringify(value)), typeof value === 'string' ? value.length : undefined)
}

function shortened(text: string, length = text.length): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}… (${length} characters)` : text
}
