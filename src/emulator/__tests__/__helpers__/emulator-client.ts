import { start } from '../..'
import type { RunningEmulator, ServerOptions } from '../..'

/** The time every emulator of these tests believes it is. */
export const NOW = '2026-01-31T12:00:00.000Z'

/** Starts an emulator before each test and closes it after; `heap()` is the running one. */
export function useEmulator(options: ServerOptions = {}): () => RunningEmulator {
  let running: RunningEmulator
  beforeEach(async () => {
    running = await start({ now: () => Date.parse(NOW), ...options })
  })
  afterEach(() => running.close())
  return () => running
}

/** Status and body of an answer, the body parsed when it is JSON. */
export async function answerOf(response: Promise<Response>): Promise<{ status: number; body: unknown }> {
  const { status, headers, text } = await response.then(async (it) => ({
    status: it.status,
    headers: it.headers,
    text: await it.text()
  }))
  const isJson = headers.get('content-type')?.startsWith('application/json') ?? false
  return { status, body: isJson ? JSON.parse(text) : text }
}

/** Posts JSON; a string goes out as it is. */
export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return fetch(url, { method: 'POST', body: text, headers: { 'content-type': 'application/json', ...headers } })
}
