import { useEffect, useMemo, useState } from 'react'
import type { JsonObject, PageState, PreviewResult, RunRequest, RunResult } from '../protocol'
import { ask } from './api'
import { asCurl, asTestCase } from './copy'
import { secretKeys, withoutSecrets } from './manifest'
import type { Manifest } from './manifest'
import { mappingOf } from './mapping-pane'
import { useSettled } from './page-state'
import type { LinkedState } from './page-state'

/** Always the same one: another would be asked about again. */
const NO_CHANGES: JsonObject = {}

type Parsed = { event: unknown } | { problem: string }

/** What an event, a mapping and settings come to: the preview, what was sent, and what is wrong with them. */
export function useRun(manifest: Manifest, server: PageState, { action, event, changes: all, settings }: LinkedState) {
  const changes = all[action] ?? NO_CHANGES
  const parsed = useMemo(() => parse(event), [event])
  const request = useMemo<RunRequest | undefined>(() => {
    const mapping = mappingOf(manifest.actions[action], changes)
    return 'event' in parsed ? { action, event: parsed.event, mapping, settings } : undefined
  }, [manifest, action, changes, parsed, settings])
  const { preview, asked, problem } = usePreview(request)
  const { failure, ...sending } = useSending(request)
  return {
    ...sending,
    changes,
    eventProblem: 'problem' in parsed ? parsed.problem : undefined,
    fieldProblems: fieldProblems(preview),
    presets: preview?.presets ?? [],
    preview: request && preview,
    problem: failure ?? problem,
    copies: copiesOf(
      asked && { ...asked, settings: withoutSecrets(asked.settings, secretKeys(manifest)) },
      server,
      preview
    )
  }
}

function copiesOf(asked: RunRequest | undefined, { url }: PageState, preview: PreviewResult | undefined) {
  const tested = asked && { ...asked, url }
  return {
    'Copy as curl': () => (tested ? asCurl(tested) : ''),
    'Copy as test case': () => (tested && preview ? asTestCase(tested, preview) : '')
  }
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
