import type { PropertyNote } from '../protocol'

export function Notes({ notes }: { notes: PropertyNote[] }) {
  if (notes.length === 0) return null
  return (
    <ul className="list notes" aria-label="Not stored as sent">
      {notes.map(({ path, kind, storedAs, reason }) => (
        <li key={`${path} ${kind}`}>
          <code>{path}</code> <strong>{kind}</strong> {storedAs && storedAs !== path && <code>{storedAs}</code>}{' '}
          {reason}
        </li>
      ))}
    </ul>
  )
}
