import { readdirSync, readFileSync } from 'fs'
import { dirname, join } from 'path'
import { settingsCdn } from '../settings-cdn'
import type { SettingsCdnOptions } from '../settings-cdn'

const PLUGIN = { name: 'Heap-Web', settings: { appId: '11', subscriptions: [] } }

function get(path: string, options: SettingsCdnOptions = {}): Promise<Response> {
  return Promise.resolve(settingsCdn(options).request(`http://127.0.0.1:3000${path}`, { headers: { origin: 'null' } }))
}

describe('GET /v1/projects/<writeKey>/settings', () => {
  const settings = {
    integrations: { 'Segment.io': { apiKey: 'key-1', apiHost: '127.0.0.1:3000/v1', protocol: 'http' } },
    plan: {},
    metrics: { sampleRate: 0 }
  }

  it('sends calls to this server, with no plugin in cloud mode', async () => {
    const response = await get('/v1/projects/key-1/settings')
    expect(await response.json()).toStrictEqual({ ...settings, remotePlugins: [] })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  it('names the plugin and its settings in device mode', async () => {
    const response = await get('/v1/projects/key-1/settings', { plugin: PLUGIN })
    expect(await response.json()).toStrictEqual({
      ...settings,
      remotePlugins: [
        {
          name: 'Heap-Web',
          creationName: 'Heap-Web',
          libraryName: 'heapWebDestination',
          url: 'http://127.0.0.1:3000/heap-web.js',
          settings: PLUGIN.settings
        }
      ]
    })
  })

  it.each(['a%22b', '%3Cscript%3E', 'a.b'])('is not there for a write key like %s', async (writeKey) => {
    expect((await get(`/v1/projects/${writeKey}/settings`)).status).toBe(404)
  })
})

describe("Segment's Analytics.js", () => {
  const folder = join(dirname(require.resolve('@segment/analytics-next/package.json')), 'dist/umd')
  const part = readdirSync(folder).find((name) => name.endsWith('.js') && name.startsWith('ajs-destination')) ?? ''

  it.each([
    ['/analytics.js/v1/key-1/analytics.min.js', 'standalone.js'],
    [`/analytics-next/bundles/${part}`, part]
  ])('is at GET %s', async (path, file) => {
    const response = await get(path)
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(await response.text()).toBe(readFileSync(join(folder, file), 'utf8'))
  })

  it.each(['none.js', '..%2findex.js', '..%2f..%2fpackage.json'])('has no part %s', async (name) => {
    const response = await get(`/analytics-next/bundles/${name}`)
    expect(response.status).toBe(404)
    expect(await response.json()).toStrictEqual({ error: 'There is no such script: it is not installed.' })
  })
})
