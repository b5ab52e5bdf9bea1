import { useEffect, useMemo, useState } from 'react'
import type { JsonObject, PreviewResult, RunRequest, RunResult } from '../../protocol'
import { ask, useSettled } from '../api'
import { formatted, parseEvent, withNewId } from './event'
import type { LinkedState } from './linked-state'
import { mappingOf } from './manifest'
import type { Manifest } from './manifest'

/** Always the same one: another would be asked about again. */
const NO_CHANGES: JsonObject = {}

/** What an event, a mapping and settings come to: the request, its preview, and what is wrong with them. */
export function useRun(manifest: Manifest, { action, event, changes: all, settings }: LinkedState, isTrusted: boolean) {
  const changes = all[action] ?? NO_CHANGES
  const parsed = useMemo(() => parseEvent(event), [event])
  const request = useMemo<RunRequest | undefined>(() => {
    const mapping = mappingOf(manifest.actions[action], changes)
    return 'event' in parsed ? { action, event: parsed.event, mapping, settings } : undefined
  }, [manifest, action, changes, parsed, settings])
  const { preview, problem } = usePreview(isTrusted ? request : undefined)
  return {
    changes,
    event: 'event' in parsed ? parsed.event : undefined,
    eventProblem: 'problem' in parsed ? parsed.problem : undefined,
    fieldProblems: fieldProblems(preview),
    missing: preview?.outcomes[0]?.missing ?? [],
    request,
    preview: request && preview,
    problem
  }
}

/** In a batch, the first event that has a problem with a field decides. */
function fieldProblems(preview: PreviewResult | undefined): Record<string, string> {
  const all = (preview?.outcomes ?? []).flatMap(({ fields }) => Object.entries(fields))
  return Object.fromEntries(all.reverse())
}

/** What would be sent, kept up with what is typed. */
function usePreview(request: RunRequest | undefined) {
  const settled = useSettled(request, 200)
  const [result, setResult] = useState<{ preview?: PreviewResult; problem?: string }>({})
  useEffect(() => {
    if (!settled) return setResult({})
    const controller = new AbortController()
    ask<PreviewResult>('/_page/preview', { body: settled, signal: controller.signal })
      .then((preview) => setResult({ preview }))
      .catch(({ message }: Error) => {
        if (!controller.signal.aborted) setResult((before) => ({ ...before, problem: message }))
      })
    return () => controller.abort()
  }, [settled])
  return result
}

export interface Sent {
  result: RunResult
  /** The text of the event as it was sent. */
  event: string
  of: RunRequest
}

/** Sends, with a new message ID unless the event is to keep its own; `onEvent` is told the text that is sent. */
export function useSending(request: RunRequest | undefined, keepsId: boolean, onEvent: (event: string) => void) {
  const [sent, setSent] = useState<Sent>()
  const [failure, setFailure] = useState<string>()
  const [sending, setSending] = useState(false)
  const send = async () => {
    if (!request) return
    const event = keepsId ? request.event : withNewId(request.event)
    const of = { ...request, event }
    setSending(true)
    setFailure(undefined)
    try {
      const result = await ask<RunResult>('/_page/send', { body: of })
      if (!keepsId) onEvent(formatted(event))
      setSent({ result, of, event: formatted(event) })
    } catch (error) {
      setFailure((error as Error).message)
    } finally {
      setSending(false)
    }
  }
  return { sent, failure, sending, send }
}
