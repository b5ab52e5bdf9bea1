import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Hono } from 'hono'
import type { Context } from 'hono'
import { cors } from 'hono/cors'

/** A destination that Analytics.js loads onto the page. */
export interface DevicePlugin {
  /** As messages address it in `integrations`. */
  name: string
  settings: Record<string, unknown>
}

export interface SettingsCdnOptions {
  /** Absent: nothing is loaded onto the page, as in cloud mode. */
  plugin?: DevicePlugin
  /** Origins in the plugin's code, by the path below this server that stands in for them. */
  origins?: Record<string, string>
}

/** Where `npm run build` puts the plugin, as seen from the sources and from the build alike. */
const PLUGIN_FILE = resolve(__dirname, '../../dist/heap-web.js')
const PLUGIN_PATH = '/heap-web.js'
const LIBRARY_NAME = 'heapWebDestination'

/** Segment's write keys are letters and digits; nothing else is reflected. */
const WRITE_KEY = ':writeKey{[A-Za-z0-9_-]+}'
const SCRIPT = { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'no-store' }

/** What Segment's CDN has for a page: Analytics.js, the settings of its source, and the plugins that the settings name. */
export function settingsCdn({ plugin, origins = {} }: SettingsCdnOptions): Hono {
  const app = new Hono()
  for (const path of ['/v1/projects/*', PLUGIN_PATH, '/analytics.js/*', '/analytics-next/*']) app.use(path, cors())
  app.get(`/v1/projects/${WRITE_KEY}/settings`, (c) => c.json(settingsOf(c, c.req.param('writeKey'), plugin)))
  app.get(PLUGIN_PATH, (c) =>
    script(c, PLUGIN_FILE, (code) => redirected(code, origins, new URL(c.req.url).origin), 'run npm run build')
  )
  app.get(`/analytics.js/v1/${WRITE_KEY}/analytics.min.js`, (c) => script(c, analyticsFile('standalone.js')))
  app.get('/analytics-next/bundles/:name', (c) => script(c, analyticsFile(c.req.param('name'))))
  return app
}

/** https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/, with no metrics of its own. */
function settingsOf({ req }: Context, writeKey: string, plugin: DevicePlugin | undefined) {
  const { origin, host } = new URL(req.url)
  const remotePlugin = plugin && {
    name: plugin.name,
    creationName: plugin.name,
    libraryName: LIBRARY_NAME,
    url: origin + PLUGIN_PATH,
    settings: plugin.settings
  }
  return {
    integrations: { 'Segment.io': { apiKey: writeKey, apiHost: `${host}/v1`, protocol: 'http' } },
    plan: {},
    metrics: { sampleRate: 0 },
    remotePlugins: remotePlugin ? [remotePlugin] : []
  }
}

function script(c: Context, path: string | undefined, change = (code: string) => code, remedy = 'it is not installed') {
  if (path === undefined || !existsSync(path)) return c.json({ error: `There is no such script: ${remedy}.` }, 404)
  return c.body(change(readFileSync(path, 'utf8')), 200, SCRIPT)
}

function redirected(code: string, origins: Record<string, string>, own: string): string {
  return Object.entries(origins).reduce((text, [origin, path]) => text.split(origin).join(own + path), code)
}

/** Only names that are in the folder, so that none leads out of it. */
function analyticsFile(name: string): string | undefined {
  const folder = analyticsFolder()
  return folder && readdirSync(folder).includes(name) ? join(folder, name) : undefined
}

/** Analytics.js comes with a checkout alone: whoever registers the definition has no use for it. */
function analyticsFolder(): string | undefined {
  try {
    return join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist/umd')
  } catch {
    return undefined
  }
}
