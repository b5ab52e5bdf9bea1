import { existsSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { Hono } from 'hono'

/** As seen from the sources and from the build alike. */
const FOLDER = resolve(__dirname, '../../examples/website')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8'
}

/** A small shop at `/example` that uses Analytics.js as any page does. */
export function exampleSite(): Hono {
  const app = new Hono()
  app.get(
    '/example',
    (c) => file('index.html') ?? c.json({ error: 'The example site comes with a checkout only.' }, 404)
  )
  app.get('/example/:name{[a-z]+\\.(js|css)}', (c) => file(c.req.param('name')) ?? c.notFound())
  return app
}

function file(name: string): Response | undefined {
  const path = join(FOLDER, name)
  if (!existsSync(path)) return undefined
  return new Response(readFileSync(path), {
    headers: { 'Content-Type': TYPES[extname(name)], 'Cache-Control': 'no-store' }
  })
}
