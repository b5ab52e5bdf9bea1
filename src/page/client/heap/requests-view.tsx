import type { RecordedRequest } from '../../protocol'
import type { Context } from '../context'
import { clock, count } from '../calls/outcome'
import { Json } from '../calls/views'
import { Details } from '../details'
import { ListView } from './list-view'

export function RequestsView({ context: { live } }: { context: Context }) {
  return (
    <ListView<RecordedRequest>
      title="Requests"
      path="/_page/requests"
      version={live?.heap?.version}
      columns={['Number', 'Time', 'Request', 'Items', 'Bytes', 'Answer', 'Bodies']}
      empty="Heap has received no requests yet."
      row={(request) => ({
        key: String(request.number),
        cells: [
          request.number,
          clock(request.received_at),
          <code>
            {request.method} {request.region === 'EU' && '/eu'}
            {request.path}
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

function Answer({ request: { status, fault, dropped } }: { request: RecordedRequest }) {
  const tone = status === null ? 'bad' : status < 300 ? 'good' : 'wait'
  return (
    <>
      <span className={`badge ${tone}`}>{status ?? 'cut off'}</span>
      {fault && <span className="badge quiet">fault {fault}</span>}
      {dropped.length > 0 && <small> {dropped.length} not applied</small>}
    </>
  )
}

function Bodies({ request: { body, response } }: { request: RecordedRequest }) {
  return (
    <Details summary="Show">
      {() => (
        <>
          <Json value={body} label="Request body" />
          <Json value={response} label="Answer body" />
        </>
      )}
    </Details>
  )
}
