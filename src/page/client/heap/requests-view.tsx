import { useState } from 'react'
import type { HeapRequest } from '../../protocol'
import type { Context } from '../context'
import { clock, count } from '../calls/outcome'
import { Json } from '../calls/views'
import { ListView } from './list-view'

export function RequestsView({ context: { live } }: { context: Context }) {
  return (
    <ListView<HeapRequest>
      title="Requests"
      path="/_page/requests"
      version={live?.heap?.version}
      columns={['Number', 'Time', 'Request', 'Items', 'Bytes', 'Answer', 'Bodies']}
      empty="Heap has received no requests yet."
      row={(request) => ({
        key: String(request.number),
        cells: [
          request.number,
          clock(request.receivedAt),
          <code>
            {request.method} {request.path}
          </code>,
          request.items,
          count(request.bytes),
          <Answer request={request} />,
          <Bodies request={request} />
        ]
      })}
    />
  )
}

function Answer({ request: { status, fault, dropped } }: { request: HeapRequest }) {
  const tone = status === null ? 'bad' : status < 300 ? 'good' : 'wait'
  return (
    <>
      <span className={`badge ${tone}`}>{status ?? 'cut off'}</span>
      {fault && <span className="badge quiet">fault {fault}</span>}
      {dropped > 0 && <small> {dropped} not applied</small>}
    </>
  )
}

/** Written out only once they are asked for. */
function Bodies({ request: { body, response } }: { request: HeapRequest }) {
  const [open, setOpen] = useState(false)
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Show</summary>
      {open && (
        <>
          <Json value={body} label="Request body" />
          <Json value={response} label="Answer body" />
        </>
      )}
    </details>
  )
}
