import { spawn } from 'child_process'
import { once } from 'events'
import { readFileSync } from 'fs'
import { join } from 'path'
import { endAll, ROOT, Running } from '../cli/__helpers__/command-line'
import { freePair } from '../cli/__helpers__/ports'

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const program = /```js\n(const \{ Analytics \}[\s\S]*?)```/.exec(readme)?.[1] ?? ''
const curls = [...readme.matchAll(/curl http:\/\/127\.0\.0\.1:3000(\S+) [\s\S]*?-d '([\s\S]*?)'\n/g)]

interface Stored {
  event?: string
  properties: Record<string, unknown>
}

async function json(url: string): Promise<Stored[]> {
  return (await fetch(url)).json() as Promise<Stored[]>
}

async function settled(read: () => Promise<boolean>): Promise<void> {
  while (!(await read())) await new Promise((resolve) => setTimeout(resolve, 50))
}

/** Runs the text as a program in the checkout, as the README says. */
async function runProgram(source: string): Promise<number> {
  const child = spawn(process.execPath, ['-'], { cwd: ROOT, stdio: ['pipe', 'inherit', 'inherit'] })
  child.stdin.end(source)
  const [code] = (await once(child, 'exit')) as [number]
  return code
}

describe('the README', () => {
  let url: string
  let server: Running
  beforeAll(async () => {
    server = new Running(['serve', '--port', String(await freePair())])
    url = await server.url()
  })
  afterAll(endAll)

  it('has a program for analytics-node whose calls arrive in Heap as the contract says', async () => {
    expect(await runProgram(program.replace('http://127.0.0.1:3000', url))).toBe(0)
    await settled(async () => {
      const [events, users, accounts] = await Promise.all(
        ['events', 'users', 'accounts'].map((list) => json(`${url}/_emulator/${list}`))
      )
      return (
        events.length === 3 &&
        accounts.length === 1 &&
        users[0]?.properties.big_spenders === true &&
        'email' in users[0].properties
      )
    })

    const events = await json(`${url}/_emulator/events`)
    const library = { segment_library: '@segment/analytics-node' }
    const byName = Object.fromEntries(events.map((event) => [event.event ?? '', event]))
    expect(byName['Order Completed']).toMatchObject({ identity: 'user-1', endpoint: '/api/track' })
    expect(byName['Order Completed'].properties).toStrictEqual({
      'foo.bar.cheese': 'american',
      'foo.bar.prop': '[1,2,3]',
      'foo.bar.products': '[{"A":"Jello"},{"B":"Peanut"}]',
      when: '1970-01-01T00:00:00.000Z',
      ...library
    })
    expect(byName['Page viewed']).toMatchObject({ identity: 'user-1', endpoint: '/api/track' })
    expect(byName['Page viewed'].properties).toStrictEqual({ url: '/pricing', name: 'Pricing', ...library })
    expect(byName.Visited).toMatchObject({
      identity: 'user-1',
      anonymous_id: 'anon-1',
      endpoint: '/api/integrations/track'
    })
    expect(byName.Visited.properties).toStrictEqual({ first: 'true', ...library })

    const users = await json(`${url}/_emulator/users`)
    expect(users).toHaveLength(1)
    expect(users[0]).toMatchObject({ identity: 'user-1', anonymous_ids: ['anon-1'] })
    expect(users[0].properties).toStrictEqual({
      email: 'ada@example.com',
      born: '1970-01-01T00:00:00.000Z',
      anonymous_id: 'anon-1',
      big_spenders: true
    })
    const [account] = await json(`${url}/_emulator/accounts`)
    expect(account).toMatchObject({ account_id: 'acme', properties: { name: 'Acme', employees: 20 } })
  })

  it('has a curl command for each action', () => {
    expect(curls.map(([, path]) => path)).toStrictEqual([
      '/trackEvent',
      '/identifyUser',
      '/syncAudience',
      '/groupAccount'
    ])
  })

  it.each(curls.map(([, path, body]) => [path, body]))(
    'has a curl command for %s that Heap takes',
    async (path, body) => {
      const answer = await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
      const exchanges = (await answer.json()) as { response: { statusCode: number } }[]
      expect(exchanges.map(({ response }) => response.statusCode)).toStrictEqual([200])
    }
  )
})
