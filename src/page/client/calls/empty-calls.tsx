import { useState } from 'react'
import type { RunResult } from '../../protocol'
import { ask } from '../api'
import type { Context } from '../context'
import { defaultMapping, knownAction } from '../mapping/manifest'
import { withNewId } from '../mapping/event'

/** What to do while no call has come in. */
export function EmptyCalls({ context }: { context: Context }) {
  const { url, live } = context.server
  return (
    <section className="welcome" aria-label="No calls yet">
      <h2>No calls yet</h2>
      <p>Send calls with any Segment SDK: they appear here as they arrive.</p>
      <pre tabIndex={0}>{snippet(url, live)}</pre>
      <div className="bar">
        <SendSample context={context} />
        <a href="/example">Open the example shop</a>
      </div>
    </section>
  )
}

function SendSample({ context: { manifest, server, state } }: { context: Context }) {
  const [problem, setProblem] = useState<string>()
  const [sample] = server.samples
  const send = () => {
    if (server.live && !confirm(`Send to the real Heap, App ID ${String(state.settings.appId)}?`)) return
    const action = knownAction(manifest, sample.action)
    const mapping = defaultMapping(manifest.actions[action])
    const body = { action, event: withNewId(sample.event), mapping, settings: state.settings }
    ask<RunResult>('/_page/send', { body }).catch((error: Error) => setProblem(error.message))
  }
  return (
    <>
      <button type="button" className="primary" onClick={send}>
        Send a sample
      </button>
      {problem && <p role="alert">{problem}</p>}
    </>
  )
}

function snippet(url: string, live: boolean): string {
  return [
    `const { Analytics } = require('@segment/analytics-node')`,
    `const analytics = new Analytics({ writeKey: '${live ? 'YOUR_WRITE_KEY' : 'any'}', host: '${url}' })`,
    '',
    `analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 9.5 } })`
  ].join('\n')
}
