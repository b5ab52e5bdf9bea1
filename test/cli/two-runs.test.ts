import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './__helpers__/command-line'
import { emulatorAndFolder } from './__helpers__/emulator-and-folder'
import { requestsSeen } from './__helpers__/killing'

/** As in two containers: each process is the first of its own, and process IDs tell nothing. */
const APART = ['unshare', '--user', '--map-root-user', '--pid', '--fork']
const mayBeApart = spawnSync(APART[0], [...APART.slice(1), 'true']).status === 0

const COUNT = 5_000

describe('two runs on one folder', () => {
  const here = emulatorAndFolder({ rateLimits: false })

  function runApart(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const node = [process.execPath, join(ROOT, 'bin/run'), ...args, '--emulator', here.emulator.url]
    const [command, ...rest] = mayBeApart ? [...APART, ...node] : node
    const output = { stdout: '', stderr: '' }
    return new Promise((resolve) => {
      const child = spawn(command, rest, { cwd: here.folder })
      child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
      child.on('close', (code) => resolve({ code, ...output }))
    })
  }

  const event = (at: number) =>
    JSON.stringify({ type: 'track', messageId: `message-${at}`, userId: `user-${at}`, event: 'E' })
  const write = (name: string, line: (at: number) => string) =>
    writeFileSync(join(here.folder, name), Array.from({ length: COUNT }, (_, at) => `${line(at)}\n`).join(''))

  it.each([
    ['a.ndjson.backfill', ['backfill', 'a.ndjson', '--rate', '0'], 'delivered 5000'],
    ['vip.emulator-11.state', ['audience:sync', '--name', 'vip', '--members', 'members.csv'], 'added 5000']
  ])(
    `end as one, and ${mayBeApart ? 'PID namespaces do not' : 'nothing'} part them: %s`,
    async (store, args, outcome) => {
      write('a.ndjson', event)
      write('members.csv', (at) => `user-${at}`)
      here.emulator.setFaults({ delayMs: 1_000 })
      const isSending = requestsSeen(here.emulator, 1)
      const first = runApart(args)
      await isSending
      expect(await runApart(args)).toStrictEqual({
        ...{ code: 1, stdout: '' },
        stderr: expect.stringMatching(new RegExp(`(^|\\n)Error: another process uses ${store}: wait until it ends\\n$`))
      })
      here.emulator.setFaults({})
      expect(await first).toMatchObject({ code: 0, stdout: expect.stringContaining(outcome) })
      expect(here.emulator.requests.reduce((sum, { items }) => sum + items, 0)).toBe(COUNT)
    }
  )
})
