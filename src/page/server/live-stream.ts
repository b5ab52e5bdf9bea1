import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { LiveState } from '../protocol'

/** Changes closer together than this reach a page as one. */
const STEP_MS = 200

/** A page hears at least this often, so that counts of the last minute go down. */
const IDLE_MS = 5000

/** Sends the state now, and again whenever it is another, until the page is left. `onChange` returns what ends it. */
export function liveStream(
  context: Context,
  state: () => LiveState,
  onChange: (listener: () => void) => () => void
): Response {
  // Nobody would read the stream that Hono begins for it, and so end it.
  if (context.req.method === 'HEAD') return context.body(null, 200, { 'Content-Type': 'text/event-stream' })
  return streamSSE(context, async (stream) => {
    let wake = (): void => undefined
    const end = onChange(() => wake())
    stream.onAbort(() => wake())
    for (let told = ''; !stream.aborted;) {
      const data = JSON.stringify(state())
      if (data !== told) await stream.writeSSE({ data })
      told = data
      await stream.sleep(STEP_MS)
      if (!stream.aborted && JSON.stringify(state()) === told) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, IDLE_MS)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    }
    end()
  })
}
