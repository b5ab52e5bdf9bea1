import { useState } from 'react'
import type { PageState } from '../protocol'
import { useAsked, useLive } from './api'
import { HeapView } from './heap-view'
import { knownAction, secretKeys } from './manifest'
import type { Manifest } from './manifest'
import { readLink, useLink } from './page-state'
import type { LinkedState } from './page-state'
import { SAMPLES } from './samples'
import { TestView } from './test-view'

export function App() {
  const live = useLive()
  const { answer: manifest, error } = useAsked<Manifest>('/manifest', live?.loads)
  const { answer: server } = useAsked<PageState>('/_page/state', live?.loads)
  if (error && !manifest) return <p role="alert">{error}</p>
  if (!manifest || !server) return <p>Loading…</p>
  return <Loaded manifest={manifest} server={server} live={live} />
}

interface LoadedProps {
  manifest: Manifest
  server: PageState
  live: ReturnType<typeof useLive>
}

const VIEWS = { test: 'Test a mapping', heap: 'Heap' }

function Loaded({ manifest, server, live }: LoadedProps) {
  const [state, setState] = useState<LinkedState>(() => startingState(manifest, server))
  const [secrets] = useState(() => secretKeys(manifest))
  useLink(state, secrets)
  const shown = { ...state, action: knownAction(manifest, state.action) }
  return (
    <>
      <header>
        <h1>Segment to {manifest.name}</h1>
        <nav aria-label="Views">
          {Object.entries(VIEWS).map(([view, title]) => (
            <button
              key={view}
              type="button"
              aria-current={state.view === view ? 'page' : undefined}
              onClick={() => setState({ ...state, view: view as LinkedState['view'] })}
            >
              {title}
              {view === 'heap' && live?.heap && ` (people: ${live.heap.people}, events: ${live.heap.events})`}
            </button>
          ))}
        </nav>
        {!live && <p role="status">The server does not answer.</p>}
      </header>
      {server.live && (
        <p className="banner" role="alert">
          LIVE: what you send goes to the real Heap.
        </p>
      )}
      <main>
        {state.view === 'test' ? (
          <TestView manifest={manifest} server={server} state={shown} calls={live?.calls} onState={setState} />
        ) : (
          <HeapView heap={live?.heap} />
        )}
      </main>
    </>
  )
}

function startingState(manifest: Manifest, server: PageState): LinkedState {
  const [sample] = SAMPLES
  const linked = readLink()
  const action = knownAction(manifest, sample.action)
  const event = JSON.stringify(sample.event, null, 2)
  return { view: 'test', action, event, changes: {}, ...linked, settings: { ...server.settings, ...linked.settings } }
}
