import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { endAll, run, Running } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { post } from './__helpers__/tracking'

const COUNT = 300

afterEach(async () => {
  await endAll()
  removeTemporaryFolders()
})

function serve(data: string, ...args: string[]): Running {
  return new Running(['serve', '--noUI', '--port', '0', '--data', data, '--no-rate-limits', ...args])
}

const track = (index: number) => ({
  type: 'track',
  event: 'Paid',
  userId: `user-${index % 7}`,
  messageId: `message-${index}`
})
const traits = (value: number) => ({
  type: 'identify',
  userId: 'user-1',
  messageId: `identify-${value}`,
  traits: { value }
})

async function stored(url: string, list: string): Promise<Record<string, unknown>[]> {
  return (await (await fetch(`${url}/_emulator/${list}`)).json()) as Record<string, unknown>[]
}

/** Waits until the emulator has that many events, and returns their keys. */
async function keysOnceStored(url: string, count: number): Promise<unknown[]> {
  for (;;) {
    const events = await stored(url, 'events')
    if (events.length >= count) return events.map(({ idempotency_key }) => idempotency_key)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const KEYS = Array.from({ length: COUNT }, (_, index) => `message-${index}`)

describe('serve with its data', () => {
  it.each([
    ['a SIGKILL', ['SIGKILL']],
    ['a SIGQUIT', ['SIGQUIT']],
    ['a second Ctrl-C', ['SIGINT', 'SIGINT']]
  ] as [string, NodeJS.Signals[]][])(
    'delivers after %s what was answered with 200, once and in order',
    async (_name, signals) => {
      const data = join(temporaryFolder(), 'calls')
      const first = serve(data, '--fault', '503=1')
      const url = await first.url()
      const batch = [...Array.from({ length: COUNT }, (_, index) => track(index)), traits(1), traits(2)]
      expect(await post(`${url}/v1/batch`, { writeKey: 'key', batch })).toEqual({
        status: 200,
        body: { success: true }
      })
      await first.printed(/will be retried/)
      for (const signal of signals) {
        first.kill(signal)
        if (signals.length > 1) await new Promise((resolve) => setTimeout(resolve, 600))
      }
      await first.exited

      const second = serve(data)
      const next = await second.url()
      expect((await keysOnceStored(next, COUNT)).sort()).toStrictEqual([...KEYS].sort())
      await second.printed(/identify .*→ \/api\/add_user_properties 200[^]*identify .*→ \/api\/add_user_properties 200/)
      expect(second.stdout).toContain(`delivering calls that an earlier run has left: ${COUNT + 2}`)
      const users = await stored(next, 'users')
      expect(users.find(({ identity }) => identity === 'user-1')).toMatchObject({ properties: { value: 2 } })
      second.kill('SIGTERM')
      expect((await second.exited).code).toBe(0)

      const third = serve(data)
      await third.url()
      expect(third.stdout).not.toContain('an earlier run has left')
    }
  )

  it('is for one server at a time, and for its owner alone', async () => {
    const data = join(temporaryFolder(), 'calls')
    const first = serve(data)
    await first.url()
    expect(statSync(data).mode & 0o777).toBe(0o700)
    expect(await run(['serve', '--noUI', '--port', '0', '--data', data])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: another process uses ${data}: stop that server, or name another folder with --data\n`
    })
  })

  it('keeps what was refused, to be sent again', async () => {
    const data = join(temporaryFolder(), 'calls')
    const server = serve(data)
    const url = await server.url()
    await post(`${url}/v1/track`, { ...track(1), writeKey: 'key', event: 'x'.repeat(1025) })
    await server.printed(/→ trackEvent 400/)
    const after = server.stdout.length
    expect(await runCommand(['replay', '--outcome', 'refused', '--url', url])).toMatchObject({
      code: 0,
      stdout: 'calls sent again: 1\n'
    })
    await server.printed(/→ trackEvent 400/, after)
    expect(await runCommand(['replay', '--outcome', 'given-up', '--url', url])).toMatchObject({
      stdout: 'calls sent again: 0\n'
    })
  })

  it('keeps nothing with --no-data', async () => {
    const cwd = temporaryFolder()
    const server = new Running(['serve', '--noUI', '--port', '0', '--no-data'], { cwd })
    await server.url()
    expect(existsSync(join(cwd, '.segment-heap'))).toBe(false)
  })
})
