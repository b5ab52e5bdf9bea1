import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Listing } from '../../protocol'
import { useAsked, useSettled } from '../api'
import { count } from '../calls/outcome'
import { Heads } from '../heads'

interface Props<Item> {
  title: string
  /** Answers a `Listing`; `search` and `offset` are added. */
  path: string
  version: number | undefined
  columns: string[]
  /** What to do when there is nothing. */
  empty: string
  row: (item: Item) => { key: string; cells: ReactNode[] }
}

/** A list of the emulator's, searched and page by page: ten thousand people do not freeze the page. */
export function ListView<Item>({ title, path, version, columns, empty, row }: Props<Item>) {
  const [search, setSearch] = useState('')
  const [offset, setOffset] = useState(0)
  const settled = useSettled(search, 200)
  const asked = `${path}?search=${encodeURIComponent(settled)}&offset=${offset}`
  const { answer, error } = useAsked<Listing<Item>>(asked, version)
  const find = (text: string) => {
    setSearch(text)
    setOffset(0)
  }
  return (
    <main className="sheet-view">
      <div className="bar">
        <h1>
          {title} {answer && <span className="soft">{count(answer.total)}</span>}
        </h1>
        <input
          type="search"
          aria-label={`Search ${title.toLowerCase()}`}
          placeholder="Search"
          value={search}
          onChange={({ target }) => find(target.value)}
        />
      </div>
      {error && <p role="alert">{error}</p>}
      {answer?.total === 0 && <p className="empty">{settled === '' ? empty : 'Nothing matches the search.'}</p>}
      {answer && answer.total > 0 && (
        <table className="list">
          <Heads of={columns} />
          <tbody>
            {answer.items.map(row).map(({ key, cells }) => (
              <tr key={key}>
                {cells.map((cell, index) => (
                  <td key={index}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Pages listing={answer} offset={offset} onOffset={setOffset} />
    </main>
  )
}

interface PagesProps {
  listing: Listing<unknown> | undefined
  offset: number
  onOffset: (offset: number) => void
}

export function Pages({ listing, offset, onOffset }: PagesProps) {
  const [size, setSize] = useState(0)
  const shown = listing?.items.length ?? 0
  if (shown > size) setSize(shown)
  if (!listing || listing.total <= shown) return null
  return (
    <nav className="bar" aria-label="Parts of the list">
      <button type="button" disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - size))}>
        Newer
      </button>
      <span>
        {offset + 1} to {offset + shown} of {count(listing.total)}
      </span>
      <button type="button" disabled={offset + shown >= listing.total} onClick={() => onOffset(offset + size)}>
        Older
      </button>
    </nav>
  )
}
