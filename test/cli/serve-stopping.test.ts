import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
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

describe('serve, stopping', () => {
  it('accepts nothing more on SIGTERM, delivers what was accepted and exits with 0', async () => {
    const server = serveFailing()
    const url = await server.url()
    await post(`${url}/v1/track`, TRACK)
    await server.printed(/→ sendEvent 503 .*\(will be retried\)/)

    server.kill('SIGTERM')
    await server.printed(/^stopping/m)
    expect(await post(`${url}/v1/track`, TRACK)).toEqual({
      status: 503,
      body: { success: false, error: { message: 'the server is stopping; nothing was accepted' } }
    })
    await post(`${url}/_emulator/faults`, {})

    const { code, stdout } = await server.exited
    expect(code).toBe(0)
    expect(stdout).toMatch(/^stopping[^]*→ sendEvent 200 \(attempt \d+\)$/m)
  })

  it('writes what it could not deliver to a file and exits with 1', async () => {
    const cwd = temporaryFolder()
    const args = ['--noUI', '--port', '0', '--fault', '503=1', '--drain-timeout', '0']
    const server = new Running(['serve', '-b', toyFolder(), '-d', SENDING_TOY, ...args], { cwd })
    await post(`${await server.url()}/v1/track`, TRACK)
    await server.printed(/will be retried/)

    server.kill('SIGTERM')

    const { code, stderr } = await server.exited
    const [, path] = /^Error: calls not delivered within 0 seconds: 1, written to (.*)\n$/.exec(stderr) ?? []
    expect({ code, folder: dirname(path) }).toEqual({ code: 1, folder: cwd })
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line && (JSON.parse(line) as object))
    ).toEqual([
      expect.objectContaining({ type: 'track', event: 'Order Completed', userId: 'user-1', messageId: 'message-1' }),
      ''
    ])
  })

  it('writes it elsewhere when the current folder is gone, and takes a closed terminal for a stop', async () => {
    const cwd = temporaryFolder()
    const temporary = temporaryFolder()
    const args = ['--noUI', '--port', '0', '--fault', '503=1', '--drain-timeout', '0']
    const env = { TMPDIR: temporary }
    const server = new Running(['serve', '-b', toyFolder(), '-d', SENDING_TOY, ...args], { cwd, env })
    await post(`${await server.url()}/v1/track`, TRACK)
    await server.printed(/will be retried/)
    rmSync(cwd, { recursive: true })

    server.kill('SIGHUP')

    const { code, stderr } = await server.exited
    const [, path] = /written to (.*)\n$/.exec(stderr) ?? []
    expect({ code, folder: dirname(path) }).toEqual({ code: 1, folder: temporary })
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ messageId: 'message-1' })
  })

  it('writes it when the terminal is closed, to which nothing can be written any more', async () => {
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

    await until(() => readdirSync(cwd).some((name) => readFileSync(join(cwd, name), 'utf8').endsWith('\n')))
    const [name] = readdirSync(cwd)
    expect(JSON.parse(readFileSync(join(cwd, name), 'utf8'))).toMatchObject({ messageId: 'message-1' })
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
