import { once } from 'node:events'
import { get as httpGet } from 'node:http'
import { connect as netConnect } from 'node:net'
import { endAll, Running } from './__helpers__/command-line'
import { post, storedEvents } from './__helpers__/tracking'

const TRACK = { writeKey: 'right', event: 'Order Completed', userId: 'user-1', messageId: 'message-1' }
const API_KEY = 'hush-hush'

let server: Running
let url: string

beforeAll(async () => {
  server = new Running(['serve', '--noUI', '--port', '0', '--write-key', 'right', '--api-key', API_KEY])
  url = await server.url()
})

beforeEach(() => post(`${url}/_emulator/reset`, {}))

afterAll(endAll)

describe('serve', () => {
  it('delivers a track call through the Heap destination to the emulator and logs what Heap answered', async () => {
    expect(await post(`${url}/v1/track`, TRACK)).toEqual({ status: 200, body: { success: true } })
    await server.printed(/^\d\d:\d\d:\d\d {2}✓ track {5}Order Completed {2}user-1 {2}→ \/api\/track 200 \d+ ms$/m)
    expect(await storedEvents(url)).toEqual([
      { event: 'Order Completed', identity: 'user-1', properties: { segment_library: 'segment' } }
    ])
  })

  it('sends the data of an EU environment to the EU', async () => {
    const inEurope = new Running(['serve', '--noUI', '--port', '0', '--region', 'EU'])

    await post(`${await inEurope.url()}/v1/track`, TRACK)

    await inEurope.printed(/→ \/eu\/api\/track 200 \d+ ms$/m)
  })

  it('answers the Actions Tester, and everything unknown in JSON', async () => {
    const manifest = (await (await fetch(`${url}/manifest`)).json()) as { name: string; directoryName: string }
    expect([manifest.name, manifest.directoryName]).toEqual(['Heap', 'heap'])
    const payload = { type: 'track', event: 'Tested', userId: 'user-2', messageId: 'message-2' }
    expect((await post(`${url}/trackEvent`, { settings: { appId: '11' }, payload })).status).toBe(200)
    expect((await storedEvents(url)).map(({ event }) => event)).toEqual(['Tested'])
    expect(await post(`${url}/nope`, {})).toEqual({
      status: 404,
      body: { success: false, error: { message: 'there is no POST /nope here' } }
    })
  })

  it('prints what to do next, and shows the same as a page', async () => {
    expect(server.stdout).toContain(`${url}/v1/batch`)
    expect(server.stdout).toContain(`new Analytics({ writeKey: 'right', host: '${url}', flushAt: 1 })`)
    expect(server.stdout).toContain(`\n  ${url}/_emulator/events\n`)
    const page = await fetch(url)
    expect(page.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(await page.text()).toContain(`<a href="${url}/_emulator/events">`)
  })

  it('accepts only the write key given', async () => {
    expect(await post(`${url}/v1/track`, { ...TRACK, writeKey: 'wrong' })).toEqual({
      status: 401,
      body: {
        success: false,
        error: { message: 'unknown write key; send the one that serve was started with (--write-key)' }
      }
    })
    await server.printed(/→ rejected 401\n +unknown write key/)
  })

  it('logs why Heap refused a call, on one line, without the API key', async () => {
    const event = `E\n\u001b[2J ${API_KEY} ${'x'.repeat(60)}`
    await post(`${url}/_emulator/faults`, { refuseContaining: API_KEY })

    await post(`${url}/v1/track`, { ...TRACK, event })

    await server.printed(/✗ track {5}E \[2J <redacted> x{42}… {2}user-1 {2}→ \/api\/track 400 \d+ ms\n +\S.*\n/)
    expect(server.stdout).not.toContain(API_KEY)
  })

  it('refuses requests whose Host is another machine', async () => {
    const hosts = ['evil.example', '127.0.0.1.evil.example', 'localhost:1']

    const answers = await Promise.all(hosts.map((host) => getFrom(host)))

    const refusal = '{"error":"The Host header must be 127.0.0.1, localhost or [::1]."}'
    expect(answers.slice(0, 2)).toEqual([
      { status: 403, body: refusal },
      { status: 403, body: refusal }
    ])
    expect(answers[2].status).toBe(200)
  })

  it('answers what is not HTTP with a JSON 400 and continues', async () => {
    const answer = await answerTo('NOT HTTP\r\n\r\n')

    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(JSON.parse(answer.split('\r\n\r\n')[1])).toEqual({
      success: false,
      error: { message: expect.stringContaining('not valid HTTP') as string }
    })
    expect((await fetch(url)).status).toBe(200)
  })
})

describe('serve --live', () => {
  it('says so first, and has no emulator', async () => {
    const live = new Running(['serve', '--live', '--write-key', 'key', '--noUI', '--port', '0'], {
      env: { HEAP_APP_ID: '123' }
    })

    const answer = await fetch(`${await live.url()}/_emulator/events`)

    expect(live.stdout.split('\n')[0]).toBe('LIVE: every call is sent to the real Heap, App ID 123 (US)')
    expect(answer.status).toBe(404)
    live.kill('SIGTERM')
    expect((await live.exited).code).toBe(0)
  })
})

function getFrom(host: string): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    httpGet(url, { headers: { host } }, (response) => {
      let body = ''
      response.on('data', (chunk: Buffer) => (body += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode, body }))
    }).on('error', reject)
  })
}

async function answerTo(text: string): Promise<string> {
  const socket = netConnect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  socket.write(text)
  await once(socket, 'close')
  return answer
}
