import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { endAll, ROOT, Running } from './__helpers__/command-line'
import { SENDING_TOY, toyFolder } from './__helpers__/sending-toy'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { post } from './__helpers__/tracking'

const TRACK = { writeKey: 'key', event: 'Order Completed', userId: 'user-1', messageId: 'message-1' }

afterEach(async () => {
  await endAll()
  removeTemporaryFolders()
})

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(20)
}

/** Every attempt fails until the faults are taken away. */
function serveFailing(args: string[] = [], cwd?: string): Running {
  const toy = ['-b', toyFolder(), '-d', SENDING_TOY]
  return new Running(['serve', ...toy, '--noUI', '--port', '0', '--fault', '503=1', ...args], { cwd })
}

/** Starts when the process that has the data is gone. */
async function startOnceFree(args: string[]): Promise<Running> {
  for (;;) {
    const server = new Running(['serve', '--noUI', '--port', '0', ...args])
    const started = await Promise.race([server.url(), server.exited.then(() => undefined)]).catch(() => undefined)
    if (started !== undefined) return server
    await delay(100)
  }
}

describe('serve, stopping', () => {
  it('accepts nothing more on SIGTERM, delivers what was accepted and exits with 0', async () => {
    const server = serveFailing()
    const url = await server.url()
    await post(`${url}/v1/track`, TRACK)
    await server.printed(/→ \/api\/track 503 .*\(will be retried\)/)

    server.kill('SIGTERM')
    await server.printed(/^stopping/m)
    expect(await post(`${url}/v1/track`, TRACK)).toEqual({
      status: 503,
      body: { success: false, error: { message: 'the server is stopping; nothing was accepted' } }
    })
    await post(`${url}/_emulator/faults`, {})

    const { code, stdout } = await server.exited
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stopping[^]*→ \/api\/track 200 \d+ ms \(attempt \d+\)$/m)
  })

  it('leaves what it could not deliver to the next start, and exits with 0', async () => {
    const data = temporaryFolder()
    const server = serveFailing(['--drain-timeout', '0', '--data', data])
    await post(`${await server.url()}/v1/track`, TRACK)
    await server.printed(/will be retried/)

    server.kill('SIGTERM')

    const { code, stdout } = await server.exited
    expect({ code, end: stdout.split('\n').at(-2) }).toEqual({
      code: 0,
      end: `calls not delivered within 0 seconds: 1; the next start on ${data} delivers them`
    })
  })

  it('says with --no-data that they are lost, and exits with 1', async () => {
    const server = serveFailing(['--drain-timeout', '0', '--no-data'])
    await post(`${await server.url()}/v1/track`, TRACK)
    await server.printed(/will be retried/)

    server.kill('SIGHUP')

    const { code, stderr } = await server.exited
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'Error: calls not delivered within 0 seconds, and lost: 1\n' })
  })

  it('takes a closed terminal for a stop, to which nothing can be written any more', async () => {
    const cwd = temporaryFolder()
    const args = ['--noUI', '--port', '0', '--fault', '503=1', '--drain-timeout', '0']
    const command = [process.execPath, join(ROOT, 'bin/run'), 'serve', '-b', toyFolder(), '-d', SENDING_TOY, ...args]
    // Gives the command a terminal, which ends with it.
    const terminal = spawn('script', ['-qfec', command.map((part) => `'${part}'`).join(' '), '/dev/null'], { cwd })
    let output = ''
    terminal.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await until(() => output.includes('ready at'))
    await post(`${/ready at (\S+)/.exec(output)?.[1]}/v1/track`, TRACK)
    await until(() => output.includes('will be retried'))

    terminal.kill('SIGKILL')

    const next = await startOnceFree(['-b', toyFolder(), '-d', SENDING_TOY, '--data', join(cwd, '.segment-heap')])
    expect(await next.printed(/→ \/api\/track 200/)).toBeTruthy()
  })

  it('leaves at once on a second Ctrl-C', async () => {
    const server = serveFailing()
    await post(`${await server.url()}/v1/track`, TRACK)
    await server.printed(/will be retried/)

    server.kill('SIGINT')
    await server.printed(/^stopping/m)
    const again = setInterval(() => server.kill('SIGINT'), 50)

    const { code } = await server.exited
    clearInterval(again)
    expect(code).toBe(130)
  })
})
