import { visible } from '../text'

export function Properties({ properties }: { properties: Record<string, unknown> }) {
  const entries = Object.entries(properties)
  if (entries.length === 0) return <p className="empty">No properties.</p>
  return (
    <table className="properties">
      <tbody>
        {entries.map(([key, value]) => (
          <tr key={key}>
            <th scope="row">
              <code>{visible(key)}</code>
            </th>
            <td>{visible(JSON.stringify(value))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
