import { useState } from 'react'
import type { Listing, StoredEvent } from '../protocol'
import { Notes } from './notes'

export function EventList({ events }: { events: StoredEvent[] }) {
  return (
    <ul className="list">
      {events.map((event) => (
        <li key={event.number}>
          <details>
            <summary>
              <strong>{event.event}</strong> <span>{event.who}</span> <small>{event.timestamp}</small>
            </summary>
            <pre tabIndex={0}>{JSON.stringify(event.properties, null, 2)}</pre>
            <Notes notes={event.notes} />
            <small>
              {event.endpoint} {event.region} {event.anonymousId && `anonymous id ${event.anonymousId}`}
            </small>
          </details>
        </li>
      ))}
    </ul>
  )
}

interface PagesProps {
  listing: Listing<unknown> | undefined
  offset: number
  onOffset: (offset: number) => void
}

/** Lists come in parts, so that ten thousand events do not freeze the page. */
export function Pages({ listing, offset, onOffset }: PagesProps) {
  const [size, setSize] = useState(0)
  const shown = listing?.items.length ?? 0
  if (shown > size) setSize(shown)
  if (!listing || listing.total <= shown) return null
  return (
    <nav className="actions" aria-label="Parts of the list">
      <button type="button" disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - size))}>
        Newer
      </button>
      <span>
        {offset + 1} to {offset + shown} of {listing.total.toLocaleString('en')}
      </span>
      <button type="button" disabled={offset + shown >= listing.total} onClick={() => onOffset(offset + size)}>
        Older
      </button>
    </nav>
  )
}
