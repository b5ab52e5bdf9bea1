import * as Tabs from '@radix-ui/react-tabs'
import { lazy, useEffect, useMemo, useState } from 'react'
import type { PresetMatch } from '../../protocol'
import type { Context } from '../context'
import { requestCopies } from '../copies'
import { Menu } from '../menu'
import { Part } from '../part'
import { formatted, pathsOf, withNewId } from './event'
import { knownAction } from './manifest'
import { MappingPane } from './mapping-pane'
import { Result } from './result'
import { useRun, useSending } from './use-run'

const JsonEditor = lazy(() => import('./json-editor'))

/** An event, its mapping and what they come to: edited, previewed and sent in one place. */
export function TryView({ context }: { context: Context }) {
  const { manifest, state, change, isForeign, trust, server } = context
  const { action, settings } = state
  const [keepsId, setKeepsId] = useState(false)
  const [copyProblem, setCopyProblem] = useState<string>()
  const run = useRun(manifest, state, !isForeign)
  const { request, preview } = run
  const { sent, failure, sending, send } = useSending(request, keepsId, (event) => change({ event }))
  const paths = useMemo(() => pathsOf(run.event), [run.event])
  const canSend = preview !== undefined && !sending
  const confirmed = () => !server.live || confirm(`Send to the real Heap, App ID ${String(settings.appId)}?`)
  const trySend = () => void (canSend && confirmed() && send())
  useShortcut(trySend)
  const samples = server.samples.map(({ name, action: suited, event }) => {
    return [name, () => change({ event: formatted(withNewId(event)), action: knownAction(manifest, suited) })] as const
  })
  return (
    <main className="try">
      <h1 className="hidden">Try an event</h1>
      <div className="bar try-bar">
        <Menu name="Sample" items={Object.fromEntries(samples)} />
        <select aria-label="Action" value={action} onChange={({ target }) => change({ action: target.value })}>
          {Object.entries(manifest.actions).map(([key, { title }]) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
        <Presets presets={preview?.presets ?? []} />
        <span className="grow" />
        <label className="check">
          <input type="checkbox" checked={keepsId} onChange={({ target }) => setKeepsId(target.checked)} /> Keep the
          message ID
        </label>
        {request && (
          <Menu name="Copy" items={requestCopies(request, context, ({ message }) => setCopyProblem(message))} />
        )}
        <button
          type="button"
          className="primary"
          disabled={!canSend}
          aria-keyshortcuts="Control+Enter"
          onClick={trySend}
        >
          {sending ? 'Sending…' : 'Send'} <kbd>Ctrl+Enter</kbd>
        </button>
      </div>
      {isForeign && <ForeignLink onTrust={trust} />}
      <Tabs.Root className="panes" defaultValue="Event">
        <Tabs.List className="tabs" aria-label="Parts">
          {['Event', 'Mapping', 'Result'].map((name) => (
            <Tabs.Trigger key={name} value={name}>
              {name}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content className="pane" value="Event" forceMount tabIndex={-1}>
          <Part>
            <JsonEditor
              label="Event as JSON"
              value={state.event}
              onChange={(event) => change({ event })}
              onSend={trySend}
            />
          </Part>
          {run.eventProblem && <p role="alert">{run.eventProblem}</p>}
        </Tabs.Content>
        <Tabs.Content className="pane" value="Mapping" forceMount tabIndex={-1}>
          <MappingPane
            action={action}
            definition={manifest.actions[action]}
            changes={run.changes}
            problems={run.fieldProblems}
            missing={run.missing}
            paths={paths}
            onChanges={(changed) => change({ changes: { ...state.changes, [action]: changed } })}
          />
        </Tabs.Content>
        <Tabs.Content className="pane" value="Result" forceMount tabIndex={-1}>
          <Result
            preview={preview}
            sent={sent?.event === state.event ? sent : undefined}
            last={sent}
            context={context}
            event={run.event}
          />
          {[failure, run.problem, copyProblem].filter(Boolean).map((problem) => (
            <p key={problem} role="alert">
              {problem}
            </p>
          ))}
        </Tabs.Content>
      </Tabs.Root>
    </main>
  )
}

function ForeignLink({ onTrust }: { onTrust: () => void }) {
  return (
    <p className="notice" role="status">
      This event and mapping came with a link. Nothing runs until you confirm.{' '}
      <button type="button" onClick={onTrust}>
        Preview it
      </button>
    </p>
  )
}

function Presets({ presets }: { presets: PresetMatch[] }) {
  const automatic = presets.filter(({ subscribe }) => subscribe !== undefined)
  const matched = automatic.filter((preset) => preset.matched > 0)
  if (automatic.length === 0) return null
  return (
    <details className="presets">
      <summary>Matched: {matched.map(({ name }) => name).join(', ') || 'no preset'}</summary>
      <ul className="plain-list popover">
        {automatic.map(({ name, action, subscribe, matched: taken, of, reason }) => (
          <li key={name}>
            <strong>{name}</strong> · {action}{' '}
            <span className={taken > 0 ? 'good' : 'soft'}>
              {of > 1 ? `${taken} of ${of}` : taken > 0 ? 'matches' : 'does not match'}
            </span>
            <br />
            <code>{subscribe}</code> {reason && <small>{reason}</small>}
          </li>
        ))}
      </ul>
    </details>
  )
}

function useShortcut(act: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
      event.preventDefault()
      act()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [act])
}
