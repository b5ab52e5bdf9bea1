import { useState } from 'react'
import type { PersonDetails, PersonSummary } from '../protocol'
import { useAsked } from './api'
import { EventList, Pages } from './event-list'
import { Notes } from './notes'

interface Props {
  person: PersonSummary
  version: number
  onBack: () => void
}

export function PersonView({ person: { appId, userId }, version, onBack }: Props) {
  const [offset, setOffset] = useState(0)
  const { answer, error } = useAsked<PersonDetails>(
    `/_page/person?app=${appId}&user=${userId}&offset=${offset}`,
    version
  )
  return (
    <section className="pane" aria-labelledby="person-title">
      <button type="button" onClick={onBack}>
        All people
      </button>
      {error && <p role="alert">{error}</p>}
      {answer && (
        <>
          <h2 id="person-title">{answer.identity ?? `Anonymous ${answer.userId}`}</h2>
          <p>
            Heap user {answer.userId}
            {answer.mergedUserIds.length > 0 && `, with ${answer.mergedUserIds.join(', ')}`}
            {answer.anonymousIds.length > 0 && `, anonymous id ${answer.anonymousIds.join(', ')}`}
          </p>
          <Properties properties={answer.properties} />
          <Notes notes={answer.notes} />
          <h3>Timeline</h3>
          <EventList events={answer.timeline.items} />
          <Pages listing={answer.timeline} offset={offset} onOffset={setOffset} />
        </>
      )}
    </section>
  )
}

function Properties({ properties }: { properties: Record<string, unknown> }) {
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Properties">
      <table>
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(properties).map(([key, value]) => (
            <tr key={key}>
              <td>
                <code>{key}</code>
              </td>
              <td>{JSON.stringify(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
