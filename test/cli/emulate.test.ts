import { endAll, Running } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { occupy, release } from './__helpers__/ports'
import { post, storedEvents } from './__helpers__/tracking'

afterEach(endAll)

const EVENT = { app_id: '11', events: [{ event: 'Order Completed', identity: 'user-1', properties: { total: 9.5 } }] }

describe('emulate', () => {
  it('takes events as Heap does, lists them, and ends on SIGTERM with 0', async () => {
    const emulator = new Running(['emulate', '--port', '0'])
    const url = await emulator.url()

    expect(await post(`${url}/api/track`, EVENT)).toEqual({ status: 200, body: {} })
    expect(await storedEvents(url)).toEqual([
      { event: 'Order Completed', identity: 'user-1', properties: { total: 9.5 } }
    ])
    emulator.kill('SIGTERM')
    expect((await emulator.exited).code).toBe(0)
  })

  it('fails as told by --fault', async () => {
    const emulator = new Running(['emulate', '--port', '0', '--fault', 'next=503'])
    const url = await emulator.url()

    expect((await fetch(`${url}/api/track`, { method: 'POST', body: JSON.stringify(EVENT) })).status).toBe(503)
    expect((await fetch(`${url}/api/track`, { method: 'POST', body: JSON.stringify(EVENT) })).status).toBe(200)
  })

  it('prints each request, and lists at / what it answers', async () => {
    const emulator = new Running(['emulate', '--port', '0'])
    const url = await emulator.url()
    await post(`${url}/eu/api/track`, EVENT)
    await fetch(`${url}/api/track`, { method: 'POST', body: '{}' })

    const [, log] = await emulator.printed(/ready at .*\n([^]*\n.*app_id.*)\n/)
    expect(log.split('\n')).toEqual([
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}✓ POST \/eu\/api\/track 200, 1 items$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d {2}✗ POST \/api\/track 400$/),
      expect.stringMatching(/^ {12}.*app_id/)
    ])
    const index = await fetch(url)
    expect(index.headers.get('content-type')).toMatch('text/html')
    expect(await index.text()).toContain(`<a href="${url}/_emulator/events">`)
  })

  it('accepts only the API key given', async () => {
    const emulator = new Running(['emulate', '--port', '0', '--app-id', '22'], { env: { HEAP_API_KEY: 'right' } })
    const url = `${await emulator.url()}/api/public/v0/auth_token`
    const status = async (key: string) => {
      const authorization = `Basic ${Buffer.from(`22:${key}`).toString('base64')}`
      return (await fetch(url, { method: 'POST', headers: { authorization } })).status
    }

    expect([await status('wrong'), await status('right')]).toEqual([401, 200])
  })

  it('says in one line that its port is in use', async () => {
    const { port, server } = await occupy()

    expect(await runCommand(['emulate', '--port', String(port)])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: port ${port} is in use: choose another with --port\n`
    })
    await release(server)
  })
})
