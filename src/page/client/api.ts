import { useEffect, useRef, useState } from 'react'
import type { LiveState } from '../protocol'

const RETRY_MS = 500

interface Question {
  method?: string
  body?: unknown
  signal?: AbortSignal
}

/** Rejects with what the server says is wrong. */
export async function ask<Answer>(path: string, { body, signal, method }: Question = {}): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const options = body === undefined ? { method } : { method: method ?? 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(path, { ...options, signal }).catch(unreachable)
  const answer: unknown = await response.json()
  if (response.ok) return answer as Answer
  const { error } = answer as { error?: string | { message?: string } }
  throw new Error((typeof error === 'object' ? error.message : error) ?? `The server answered ${response.status}.`)
}

/** Without a message: the header says of a server that does not answer, in one place for all. */
function unreachable(error: Error): never {
  throw error.name === 'AbortError' ? error : new Error('')
}

export interface Asked<Answer> {
  answer?: Answer
  error?: string
}

/** The answer to a question, asked again whenever `revision` changes; the answer before stays until then. */
export function useAsked<Answer>(path: string, revision: unknown): Asked<Answer> {
  const [asked, setAsked] = useState<Asked<Answer> & { path?: string }>({})
  useEffect(() => {
    const controller = new AbortController()
    ask<Answer>(path, { signal: controller.signal })
      .then((answer) => setAsked({ answer, path }))
      .catch(({ message }: Error) => {
        if (!controller.signal.aborted) setAsked((before) => ({ ...before, error: message, path }))
      })
    return () => controller.abort()
  }, [path, revision])
  return asked.path === path ? asked : {}
}

/**
 * What the server tells by itself; undefined while it cannot be reached. `onOpen` is called with each new connection:
 * another server may answer then.
 */
export function useLive(onOpen: () => void): LiveState | undefined {
  const [live, setLive] = useState<LiveState>()
  const opened = useRef(onOpen)
  opened.current = onOpen
  useEffect(() => {
    let source: EventSource
    let timer: number
    const connect = () => {
      source = new EventSource('/_page/live')
      source.onopen = () => opened.current()
      source.onmessage = ({ data }: MessageEvent<string>) => setLive(JSON.parse(data) as LiveState)
      source.onerror = () => {
        source.close()
        setLive(undefined)
        timer = window.setTimeout(connect, RETRY_MS)
      }
    }
    connect()
    return () => {
      clearTimeout(timer)
      source.close()
    }
  }, [])
  return live
}

/** A value that stands still for a moment. */
export function useSettled<Value>(value: Value, milliseconds: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}
