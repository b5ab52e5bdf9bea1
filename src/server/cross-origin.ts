import type { MiddlewareHandler } from 'hono'
import { SEGMENT_APP_ORIGINS } from '../segment/tester/actions-tester'

/** Open to every page, as at Segment and at Heap: what SDKs and heap.js post to. */
const OPEN = /^\/v1\/|^(\/eu)?\/api\/visitor$/

/** For the pages served here alone; every other path is the Actions Tester's. */
const OWN = /^\/(_page|_segment|_emulator|api|eu)(\/|$)/

/** Heap's API, which counts every call, whatever its method. */
const HEAP_API = /^(\/eu)?\/api\//

const READING = ['GET', 'HEAD', 'OPTIONS']

/**
 * Refuses what a page of another origin asks to be done: a browser lets any page send here, even where it may not read
 * the answer. Clients outside browsers send neither of the two headers.
 */
export const noForeignWrites: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req
  const { origin, host, 'sec-fetch-site': site } = context.req.header()
  const isForeign = origin === undefined ? ['cross-site', 'same-site'].includes(site) : origin !== `http://${host}`
  const isWelcome = OPEN.test(path) || (!OWN.test(path) && SEGMENT_APP_ORIGINS.includes(origin))
  const isReading = READING.includes(method) && !HEAP_API.test(path)
  if (!isForeign || isWelcome || isReading) return next()
  return context.json({ error: 'Pages of another origin are not allowed to do this.' }, 403)
}

/** A browser takes an answer for what its Content-Type says, so that text with markup in it stays text. */
export const noSniffing: MiddlewareHandler = async (context, next) => {
  await next()
  context.header('X-Content-Type-Options', 'nosniff')
}
