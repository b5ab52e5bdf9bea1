import { Hono } from 'hono'
import pico from 'picocolors'
import { createEmulator } from '../emulator'
import type { EmulatorOptions, RecordedRequest } from '../emulator'
import { jsonNotFound } from '../segment/http-errors'
import { printable } from '../segment/printable'
import { noForeignWrites, noSniffing } from './cross-origin'
import { instructionsHtml } from './instructions'
import { listen, localHostOnly } from './listen'
import type { LocalServer } from './listen'

const MAX_REASON_CHARACTERS = 500

export interface ServedEmulator extends LocalServer {
  /** What can be asked of it, for people. */
  instructions: string
}

/** The emulator on a port of its own, for this machine only. `print` is given a line for each request. */
export async function serveEmulator(
  port: number,
  options: EmulatorOptions,
  print: (line: string) => void
): Promise<ServedEmulator> {
  const app = new Hono()
  const emulator = createEmulator(options)
  emulator.onChange((change) => change.type === 'request' && print(lineOf(change.request)))
  app.use(noSniffing, localHostOnly, noForeignWrites)
  app.get('/', (context) => context.html(instructionsHtml(instructionsFor(new URL(context.req.url).origin))))
  app.route('/', emulator.app)
  app.notFound(jsonNotFound)
  const server = await listen({ port, fetch: (request, bindings) => app.fetch(request, bindings) })
  return { ...server, instructions: instructionsFor(server.url) }
}

function instructionsFor(url: string): string {
  return [
    `Heap            ${url}/api/track, ... (EU below /eu)`,
    `Read back       ${['events', 'users', 'requests'].map((list) => `${url}/_emulator/${list}`).join(', ')}`
  ].join('\n')
}

/** `16:14:30  ✓ POST /api/track 200, 3 items`, with the reason below when Heap refuses it. */
function lineOf({ method, region, path, status, items, fault, response }: RecordedRequest): string {
  const isTaken = status !== null && status < 300
  const paint = isTaken ? pico.green : pico.red
  const notes = [status ?? 'cut off', items > 0 && `${items} items`, fault && `fault ${fault}`].filter(Boolean)
  const time = pico.dim(new Date().toTimeString().slice(0, 8))
  const line = `${time}  ${paint(isTaken ? '✓' : '✗')} ${method} ${region === 'EU' ? '/eu' : ''}${path} ${notes.join(', ')}`
  return isTaken || status === null ? line : `${line}\n${paint(`            ${reasonOf(response)}`)}`
}

function reasonOf(response: unknown): string {
  return printable(typeof response === 'string' ? response : JSON.stringify(response)).slice(0, MAX_REASON_CHARACTERS)
}
