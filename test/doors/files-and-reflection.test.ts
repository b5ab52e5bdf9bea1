import { endAll, Running } from '../cli/__helpers__/command-line'
import { post } from '../cli/__helpers__/tracking'
import { answerTo, send } from './__helpers__/raw-request'

const markup = (script: string) => `"'><script>${script}</script><!--`
const MARKUP = markup('sent()')

let url: string
beforeAll(async () => {
  const args = ['serve', '--noUI', '--port', '0', '--write-key', markup('alert(1)')]
  url = await new Running(args).url()
})
afterAll(endAll)

describe('a path that leads out of a folder', () => {
  const ways = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '..%5c', '....//', '..%252f', '%c0%ae%c0%ae/', '..;/', '\\..\\']
  const folders = ['/', '/_page/assets/', '/example/', '/analytics-next/bundles/', '/analytics.js/v1/', '/v1/projects/']
  const files = ['package.json', 'etc/passwd', 'etc%2fpasswd', 'package.json%00.js']
  const depths = Array.from({ length: 12 }, (_, at) => at + 1)

  it.each(folders)('reads nothing below GET %s', async (folder) => {
    for (const way of ways) {
      for (const file of files) {
        for (const depth of depths) {
          const { text } = await send(url, folder + way.repeat(depth) + file)
          expect(text).not.toMatch(/"devDependencies"|root:x:/)
        }
      }
    }
  })

  it('reads nothing by an address that is not a path', async () => {
    for (const target of ['file:///etc/passwd', 'http://evil.example/etc/passwd', '//etc/passwd', '*']) {
      expect((await send(url, target)).text).not.toMatch(/root:x:/)
    }
  })

  it('reads no file for a Liquid mapping', async () => {
    const payload = { type: 'track', event: 'E', userId: 'ann', messageId: 'message-1' }
    const tags = ['{% include "package.json" %}', '{% render "package.json" %}', '{% layout "package.json" %}']
    for (const tag of tags) {
      const body = { settings: { appId: '11' }, payload, mapping: { event: { '@liquid': tag } } }
      expect(JSON.stringify((await post(`${url}/trackEvent`, body)).body)).not.toContain('devDependencies')
    }
  })
})

describe('markup in a request', () => {
  const encoded = encodeURIComponent(MARKUP)

  it.each([
    `/${encoded}`,
    `/config/${encoded}/heap_config.js`,
    `/config/11${encoded}/heap_config.js`,
    `/eu/config/${encoded}/heap_config.js`,
    `/config/11/heap_config.js?${encoded}`,
    `/v1/projects/${encoded}/settings`,
    `/analytics.js/v1/${encoded}/analytics.min.js`,
    `/analytics-next/bundles/${encoded}`,
    `/example/${encoded}.js`,
    `/_page/assets/${encoded}`,
    `/_page/calls/${encoded}`,
    `/_page/person?app=${encoded}&user=${encoded}`,
    `/_emulator/events?app_id=${encoded}`,
    `/_emulator/${encoded}`,
    `/?${encoded}`
  ])('is never part of a page or a script: GET %s', async (path) => {
    for (const raw of [path, path.split(encoded).join(MARKUP)]) {
      const { headers, text } = await send(url, raw)
      if (!/json|text\/plain/.test(String(headers['content-type']))) expect(text).not.toContain('sent()')
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('is escaped in the page, which shows the write key', async () => {
    const { text } = await send(url, '/')
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(text).not.toContain('<script>alert(1)')
  })

  it('leaves the App ID and the collecting address of heap.js text', async () => {
    const { text } = await send(url, '/config/11/heap_config.js', { headers: { host: 'localhost' } })
    expect(text).toMatch(/\)\(\{"appId":"11","collectUrl":"http:\/\/localhost\/api\/visitor"\}\)$/)
  })

  it('is text or JSON in every refusal, whatever the browser would guess', async () => {
    const answers = await Promise.all([
      send(url, '/v1/track', { method: 'POST', body: JSON.stringify({ type: MARKUP, userId: 'a', writeKey: 'k' }) }),
      send(url, '/api/track', {
        method: 'POST',
        body: JSON.stringify({ app_id: '11', event: 'E', identity: 'a', properties: { [MARKUP]: null } })
      }),
      send(url, `/${encoded}`, { method: 'POST' })
    ])
    for (const { status, headers } of answers) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(headers['content-type']).toMatch(/^(text\/plain|application\/json)/)
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })
})

describe('an error', () => {
  it.each([
    ['/v1/track', '{'],
    ['/trackEvent', '{'],
    ['/authenticate', '[]'],
    ['/_page/send', '{}'],
    ['/_emulator/faults', '{"status":7}'],
    ['/api/track', '{'],
    ['/_page/preview', `{"event":${'['.repeat(2_000)}${']'.repeat(2_000)}}`]
  ])('of POST %s shows no stack', async (path, body) => {
    const { status, text } = await send(url, path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' }
    })
    expect(status).toBe(400)
    expect(text).not.toMatch(/\n? {4}at |node_modules|\.ts:/)
  })

  it('of what is no HTTP shows none either', async () => {
    for (const text of ['GARBAGE\r\n\r\n', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 'GET / HTTP/9\r\n\r\n']) {
      const answer = await answerTo(url, text)
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).not.toMatch(/ {4}at |node:|node_modules|\.ts:/)
    }
  })
})
