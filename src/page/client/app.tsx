import { useEffect, useState } from 'react'
import type { PageState } from '../protocol'
import { useAsked, useLive } from './api'
import type { Context } from './context'
import { callStore } from './calls/call-store'
import { LiveView } from './calls/live-view'
import { AccountsView } from './heap/accounts-view'
import { FaultsView } from './heap/faults-view'
import { PeopleView, PersonView } from './heap/people-view'
import { RequestsView } from './heap/requests-view'
import { Header } from './header'
import { formatted, withNewId } from './mapping/event'
import { isForeignLink, readLink, TRY, useLink } from './mapping/linked-state'
import type { LinkedState } from './mapping/linked-state'
import { knownAction, secretKeys } from './mapping/manifest'
import type { Manifest } from './mapping/manifest'
import { TryView } from './mapping/try-view'
import { go, Link, useAddress } from './router'
import { SettingsView } from './settings-view'

export function App() {
  const live = useLive(() => callStore.clear())
  const { answer: manifest, error } = useAsked<Manifest>('/manifest', live?.loads)
  const { answer: server } = useAsked<PageState>('/_page/state', live?.loads)
  const revision = live?.revision ?? 0
  useEffect(() => void callStore.follow(revision).catch(() => undefined), [revision, live])
  if (error && !manifest) return <p role="alert">{error}</p>
  if (!manifest || !server) return <p className="empty">Loading…</p>
  return <Loaded manifest={manifest} server={server} live={live} />
}

function Loaded({ manifest, server, live }: Pick<Context, 'manifest' | 'server' | 'live'>) {
  const [state, setState] = useState<LinkedState>(() => startingState(manifest, server))
  const [isForeign, setForeign] = useState(isForeignLink)
  const [secrets] = useState(() => secretKeys(manifest))
  useLink(state, secrets, isForeign)
  const change = (part: Partial<LinkedState>) => setState((before) => ({ ...before, ...part }))
  const edit: Context['edit'] = ({ event, action, changes }) => {
    setForeign(false)
    change({ event: formatted(event), action, changes: { ...state.changes, [action]: changes } })
    go(TRY)
  }
  const context: Context = {
    manifest,
    server,
    live,
    state: { ...state, action: knownAction(manifest, state.action) },
    change,
    edit,
    isForeign,
    trust: () => setForeign(false)
  }
  return (
    <>
      <Header context={context} />
      <View context={context} />
    </>
  )
}

function View({ context }: { context: Context }) {
  const [view, ...path] = useAddress().pathname.slice(1).split('/').map(decodeURIComponent)
  if (view === '') return <LiveView context={context} />
  if (view === 'try') return <TryView context={context} />
  if (view === 'settings') return <SettingsView context={context} />
  if (context.server.live) return <p className="empty">Calls go to the real Heap: look there to see them.</p>
  if (view === 'people' && path.length === 2) return <PersonView path={path} context={context} />
  if (view === 'people') return <PeopleView context={context} />
  if (view === 'accounts') return <AccountsView context={context} />
  if (view === 'requests') return <RequestsView context={context} />
  if (view === 'faults') return <FaultsView context={context} />
  return (
    <p className="empty">
      This page does not exist. <Link href="/">Go to the calls</Link>
    </p>
  )
}

function startingState(manifest: Manifest, server: PageState): LinkedState {
  const [sample] = server.samples
  const linked = location.pathname === TRY ? readLink() : {}
  const action = knownAction(manifest, sample.action)
  const event = formatted(withNewId(sample.event))
  return { action, event, changes: {}, ...linked, settings: { ...server.settings, ...linked.settings } }
}
