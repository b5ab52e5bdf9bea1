import { useEffect, useState } from 'react'
import type { LiveState } from '../protocol'

/** Rejects with what the server says is wrong. */
export async function ask<Answer>(path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const options = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(path, { ...options, signal })
  const answer: unknown = await response.json()
  if (response.ok) return answer as Answer
  const { error } = answer as { error?: string | { message?: string } }
  throw new Error((typeof error === 'object' ? error.message : error) ?? `The server answered ${response.status}.`)
}

export type Asked<Answer> = { answer?: Answer; error?: string }

/** The answer to a question, asked again whenever `revision` changes; the answer before stays until then. */
export function useAsked<Answer>(path: string, revision: unknown): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer>>({})
  useEffect(() => {
    const controller = new AbortController()
    ask<Answer>(path, undefined, controller.signal)
      .then((answer) => setAsked({ answer }))
      .catch((error: Error) => controller.signal.aborted || setAsked((before) => ({ ...before, error: error.message })))
    return () => controller.abort()
  }, [path, revision])
  return asked
}

/** What the server tells by itself; `undefined` until it has, and while it cannot be reached. */
export function useLive(): LiveState | undefined {
  const [live, setLive] = useState<LiveState>()
  useEffect(() => {
    const source = new EventSource('/_page/live')
    source.onmessage = ({ data }: MessageEvent<string>) => setLive(JSON.parse(data) as LiveState)
    source.onerror = () => setLive(undefined)
    return () => source.close()
  }, [])
  return live
}
