import * as Dialog from '@radix-ui/react-dialog'
import { useCallback, useEffect, useState } from 'react'
import type { CallOutcome, CallSummary } from '../../protocol'
import type { Context } from '../context'
import { useMedia } from '../media'
import { go, useAddress, withParams } from '../router'
import { CallTable } from './call-table'
import { useCalls } from './call-store'
import type { CallStore } from './call-store'
import { EmptyCalls } from './empty-calls'
import { count, OUTCOMES } from './outcome'
import { Plots } from './plots'
import { Story } from './story'

export function LiveView({ context }: { context: Context }) {
  const calls = useCalls()
  const { searchParams } = useAddress()
  const asked = searchParams.get('outcome') ?? ''
  const outcome = asked in OUTCOMES ? (asked as CallOutcome) : ''
  const text = searchParams.get('q') ?? ''
  const call = Number(searchParams.get('call')) || undefined
  const isNarrow = useMedia('(max-width: 900px)')
  useEffect(() => calls.setFilter({ outcome, text }), [calls, outcome, text])
  const close = () => go(withParams({ call: '' }))
  const story = call && <Story key={call} number={call} context={context} onClose={close} />
  const change = (changes: Record<string, string>) => go(withParams(changes), 'replace')
  return (
    <main className={story && !isNarrow ? 'live with-story' : 'live'}>
      <h1 className="hidden">Calls</h1>
      {calls.size > 0 && (
        <Plots
          totals={calls.totals}
          heap={context.live?.heap}
          outcome={outcome}
          onOutcome={(chosen) => change({ outcome: chosen })}
        />
      )}
      <Calls calls={calls} text={text} selected={call} context={context} onText={(q) => change({ q })} />
      {story && !isNarrow && <aside aria-label="The call's story">{story}</aside>}
      {isNarrow && (
        <Dialog.Root open={story !== undefined} onOpenChange={(open) => open || close()}>
          <Dialog.Portal>
            <Dialog.Overlay className="overlay" />
            <Dialog.Content className="sheet" aria-describedby={undefined}>
              <Dialog.Title className="hidden">The call's story</Dialog.Title>
              {story}
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
      )}
    </main>
  )
}

interface CallsProps {
  calls: CallStore
  text: string
  selected: number | undefined
  context: Context
  onText: (text: string) => void
}

function Calls({ calls, text, selected, context, onText }: CallsProps) {
  const [paused, setPaused] = useState<CallSummary[]>()
  const rows = paused ?? calls.rows
  const select = useCallback((number: number) => {
    const isOpen = new URL(location.href).searchParams.has('call')
    go(withParams({ call: String(number) }), isOpen ? 'replace' : 'push')
  }, [])
  if (calls.size === 0) return <EmptyCalls context={context} />
  return (
    <section className="calls" aria-label="Calls">
      <div className="bar">
        <input
          type="search"
          aria-label="Filter calls"
          placeholder="Filter by event, user, ID, status …"
          value={text}
          onChange={({ target }) => onText(target.value)}
        />
        <span className="soft" role="status">
          Calls: {rows.length === calls.size ? '' : `${count(rows.length)} of `}
          {count(calls.size)}
        </span>
        <button
          type="button"
          aria-pressed={paused !== undefined}
          onClick={() => setPaused(paused ? undefined : [...calls.rows])}
        >
          {paused ? 'Resume' : 'Pause'}
        </button>
        <button type="button" onClick={() => void saveAsLines(rows)}>
          Export
        </button>
      </div>
      {rows.length > 0 ? (
        <CallTable rows={rows} selected={selected} onSelect={select} />
      ) : (
        <p className="empty">No call matches the filter.</p>
      )}
    </section>
  )
}

const LINES_AT_ONCE = 5000

/** NDJSON, a part at a time: 50,000 lines in one go would hold up the page. */
async function saveAsLines(rows: CallSummary[]): Promise<void> {
  const parts: string[] = []
  for (let start = 0; start < rows.length; start += LINES_AT_ONCE) {
    const lines = rows.slice(start, start + LINES_AT_ONCE).map((call) => `${JSON.stringify(call)}\n`)
    parts.push(lines.join(''))
    await new Promise((resolve) => setTimeout(resolve, 0))
  }
  const url = URL.createObjectURL(new Blob(parts, { type: 'application/x-ndjson' }))
  Object.assign(document.createElement('a'), { href: url, download: 'calls.ndjson' }).click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}
