import type { Context } from './context'
import { Link, useAddress } from './router'

const VIEWS: Record<string, string> = {
  '/': 'Calls',
  '/try': 'Try',
  '/people': 'People',
  '/accounts': 'Accounts',
  '/requests': 'Requests',
  '/faults': 'Faults',
  '/settings': 'Settings'
}
const OF_THE_EMULATOR = ['/people', '/accounts', '/requests', '/faults']

export function Header({ context: { server, live, manifest } }: { context: Context }) {
  const { pathname } = useAddress()
  const current = `/${pathname.split('/')[1]}`
  const there = Object.entries(VIEWS).filter(([address]) => !server.live || !OF_THE_EMULATOR.includes(address))
  const faults = live?.faults ?? []
  return (
    <header className="top">
      <strong className="brand">Segment to {manifest.name}</strong>
      {server.live ? (
        <span className="badge bad">LIVE</span>
      ) : (
        <span className="badge quiet" title="Calls go to an emulator on this machine">
          Emulator
        </span>
      )}
      <nav aria-label="Views">
        {there.map(([address, name]) => (
          <Link key={address} href={address} aria-current={address === current ? 'page' : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      <span className="grow" />
      {faults.length > 0 && (
        <Link href="/faults" className="badge wait" title={faults.join(', ')}>
          Faults on
        </Link>
      )}
      <span role="status" className="connection">
        {!live && 'The server does not answer. Trying again …'}
      </span>
    </header>
  )
}
