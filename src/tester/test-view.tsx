import { useEffect, useMemo, useState } from 'react'
import type { Dispatch, SetStateAction } from 'react'
import type { PageState, PreviewResult, RunRequest, RunResult } from '../cli/page/wire'
import { ask } from './api'
import { asCurl, asTestCase } from './copy'
import { EventPane } from './event-pane'
import { knownAction, secretKeys, withoutSecrets } from './manifest'
import type { Manifest } from './manifest'
import { MappingPane, mappingOf } from './mapping-pane'
import { OutcomePane } from './outcome-pane'
import { useSettled } from './page-state'
import type { LinkedState } from './page-state'
import { SettingsForm } from './settings-form'

interface Props {
  manifest: Manifest
  server: PageState
  state: LinkedState
  calls: number | undefined
  onState: Dispatch<SetStateAction<LinkedState>>
}

/** Always the same one: another would be asked about again. */
const NO_CHANGES = {}

type Parsed = { event: unknown } | { problem: string }

export function TestView({ manifest, server, state, calls, onState }: Props) {
  const { action, settings } = state
  const changes = state.changes[action] ?? NO_CHANGES
  const parsed = useMemo(() => parse(state.event), [state.event])
  const request = useMemo<RunRequest | undefined>(() => {
    const mapping = mappingOf(manifest.actions[action], changes)
    return 'event' in parsed ? { action, event: parsed.event, mapping, settings } : undefined
  }, [manifest, action, changes, parsed, settings])
  const { preview, asked, problem } = usePreview(request)
  const { sent, isOld, sending, failure, send } = useSending(request)
  const problems = fieldProblems(preview)
  const change = (part: Partial<LinkedState>) => onState((before) => ({ ...before, ...part }))
  const load = (event: unknown, suited = action) =>
    change({ event: JSON.stringify(event, null, 2), action: knownAction(manifest, suited) })
  const tested = asked && {
    ...asked,
    url: server.url,
    settings: withoutSecrets(asked.settings, secretKeys(manifest))
  }
  const confirmed = () => !server.live || confirm(`Send to the real Heap, App ID ${String(settings.appId)}?`)
  return (
    <div className="test">
      <EventPane
        event={state.event}
        problem={'problem' in parsed ? parsed.problem : undefined}
        calls={calls}
        onChange={(event) => change({ event })}
        onLoad={load}
      />
      <div>
        <SettingsForm
          fields={manifest.authentication?.fields ?? {}}
          settings={settings}
          kept={server.keptSettings}
          problems={problems}
          onChange={(changed) => change({ settings: changed })}
        />
        <MappingPane
          manifest={manifest}
          action={action}
          changes={changes}
          problems={problems}
          presets={preview?.presets ?? []}
          onAction={(chosen) => change({ action: chosen })}
          onChanges={(changed) => change({ changes: { ...state.changes, [action]: changed } })}
        />
      </div>
      <OutcomePane
        preview={request && preview}
        sent={sent}
        isOld={isOld}
        problem={failure ?? problem}
        sending={sending}
        onSend={() => confirmed() && send()}
        copies={{
          'Copy as curl': () => (tested ? asCurl(tested) : ''),
          'Copy as test case': () => (tested && preview ? asTestCase(tested, preview) : '')
        }}
      />
    </div>
  )
}

/** Of a batch too: the first event that has a problem with a field tells. */
function fieldProblems(preview: PreviewResult | undefined): Record<string, string> {
  const all = (preview?.outcomes ?? []).flatMap(({ fields }) => Object.entries(fields))
  return Object.fromEntries(all.reverse())
}

function parse(text: string): Parsed {
  try {
    const event: unknown = JSON.parse(text)
    return typeof event === 'object' && event !== null ? { event } : { problem: 'An event is a JSON object.' }
  } catch (error) {
    return { problem: `Not JSON: ${(error as Error).message}` }
  }
}

/** What would be sent, kept up with what is typed. */
function usePreview(request: RunRequest | undefined) {
  const settled = useSettled(request, 250)
  const [result, setResult] = useState<{ preview?: PreviewResult; asked?: RunRequest; problem?: string }>({})
  useEffect(() => {
    if (!settled) return setResult({})
    const controller = new AbortController()
    ask<PreviewResult>('/_page/preview', settled, controller.signal)
      .then((preview) => setResult({ preview, asked: settled }))
      .catch((error: Error) => controller.signal.aborted || setResult({ problem: error.message }))
    return () => controller.abort()
  }, [settled])
  return result
}

function useSending(request: RunRequest | undefined) {
  const [sent, setSent] = useState<RunResult>()
  const [of, setOf] = useState<RunRequest>()
  const [failure, setFailure] = useState<string>()
  const [sending, setSending] = useState(false)
  const send = () => {
    setSending(true)
    setFailure(undefined)
    ask<RunResult>('/_page/send', request)
      .then((result) => {
        setSent(result)
        setOf(request)
      })
      .catch((error: Error) => setFailure(error.message))
      .finally(() => setSending(false))
  }
  return { sent, isOld: of !== request, sending, failure, send }
}
