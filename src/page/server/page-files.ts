import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { Hono } from 'hono'

/** Where `npm run build` puts the page, as seen from the sources and from the build alike. */
const BUILT_PAGE = resolve(__dirname, '../../../dist/page/client')

const NONCE = '__NONCE__'
const INSTRUCTIONS = '<!--instructions-->'

const TYPES: Record<string, string> = {
  '.js': 'text/javascript; charset=UTF-8',
  '.css': 'text/css; charset=UTF-8',
  '.svg': 'image/svg+xml'
}

/** Views of the page have addresses of their own. */
const VIEWS = ['/', '/try', '/people', '/people/:app/:user', '/accounts', '/requests', '/faults', '/settings']

/** `html` is what stands in the page for browsers that run no script, and instead of a page that is not built. */
export function pageFiles(html: string, folder = BUILT_PAGE): Hono {
  const app = new Hono()
  app.on('GET', VIEWS, (context) => {
    const nonce = randomBytes(16).toString('base64')
    context.header('Content-Security-Policy', policy(nonce))
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Referrer-Policy', 'no-referrer')
    context.header('Cache-Control', 'no-store')
    return context.html(
      indexOf(folder)
        .split(NONCE)
        .join(nonce)
        .replace(INSTRUCTIONS, () => html)
    )
  })
  app.get('/_page/assets/:name', (context) => {
    const path = assetPath(folder, context.req.param('name'))
    if (path === undefined) return context.json({ error: 'The page has no such file.' }, 404)
    context.header('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream')
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Cache-Control', 'max-age=31536000, immutable')
    return context.body(readFileSync(path, 'utf8'))
  })
  return app
}

/** No inline script and no other host; CodeMirror writes its style sheet itself, so that one is let in by a nonce. */
function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "connect-src 'self'",
    // CodeMirror draws its error marks from data: URLs.
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join('; ')
}

function indexOf(folder: string): string {
  const path = join(folder, 'index.html')
  if (existsSync(path)) return readFileSync(path, 'utf8')
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Segment to Heap</title><h1>Segment to Heap</h1>
<p>The page itself is not built: run npm run build.</p>${INSTRUCTIONS}</html>`
}

/** Only names that are in the folder, so that none leads out of it. */
function assetPath(folder: string, name: string): string | undefined {
  const assets = join(folder, '_page/assets')
  return existsSync(assets) && readdirSync(assets).includes(name) ? join(assets, name) : undefined
}
