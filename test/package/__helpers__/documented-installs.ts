import { join } from 'node:path'
import { start } from '../../../src/emulator'
import type { RunningEmulator } from '../../../src/emulator'
import { run } from '../../cli/__helpers__/command-line'
import { removeTemporaryFolders } from '../../cli/__helpers__/temporary-folder'
import { projectWith } from './consumer'
import type { Consumer } from './consumer'
import { installCommand, program } from './documented'
import { pack } from './packed'
import type { Packed } from './packed'

const REDIRECT = join(__dirname, 'redirect-heap.js')
const WITHOUT_OPTIONAL = / --(omit=optional|no-optional|ignore-optional)/

export interface Place {
  packed: Packed
  consumer: Consumer
  emulator: RunningEmulator
}

/** For the tests of a `describe`: a project with the packed package beside its manifest, and a Heap. */
export function projectAndEmulator(): Place {
  const here = {} as Place
  beforeAll(async () => {
    here.packed = await pack()
    here.consumer = projectWith(here.packed)
    here.emulator = await start()
  })
  afterAll(async () => {
    await here.emulator.close()
    removeTemporaryFolders()
  })
  return here
}

/** Tests of the documents' commands and programs, which leave the package installed without its optional dependencies. */
export function testDocumentedInstalls(manager: string, here: Place): void {
  it('runs the code of the README after the command of the README', async () => {
    const { consumer } = here
    await consumer.run(installCommand('README.md', manager))
    consumer.write('program.js', `${program('README.md', 'new Destination(heap)')}\nconsole.log(destination.name)`)

    expect(await consumer.node(['program.js'])).toBe('Heap\n')
  })

  it('delivers to Heap as in the examples after the command of register.md', async () => {
    const { consumer, emulator } = here
    await consumer.run(installCommand('docs/register.md', manager))
    for (const example of ['register.js', 'register.mjs']) {
      consumer.copyExample(example)
      emulator.reset()
      const env = { HEAP_APP_ID: '11', EMULATOR_URL: emulator.url }

      expect(await consumer.node(['--require', REDIRECT, example], env)).toBe(
        'Track Calls: message-2 200\nIdentify Calls: message-1 200\n'
      )
      const events = emulator.events().map(({ event, identity, properties }) => ({ event, identity, properties }))
      const users = emulator.users().map(({ identity, properties }) => ({ identity, properties }))
      expect({ events, users }).toStrictEqual({
        events: [
          {
            event: 'Order Completed',
            identity: 'user-1',
            properties: { total: 9.5, segment_library: 'segment' }
          }
        ],
        users: [{ identity: 'user-1', properties: { email: 'ada@example.com' } }]
      })
    }
  })
}

/** A test that leaves the optional dependencies installed too. */
export function testCompleteInstall(manager: string, here: Place): void {
  it('has its commands when the optional dependencies come along', async () => {
    const { consumer } = here
    await consumer.run(installCommand('README.md', manager).replace(WITHOUT_OPTIONAL, ''))

    expect(await run(['validate'], { bin: consumer.bin, cwd: consumer.folder })).toEqual({
      code: 0,
      stdout: 'heap: problems 0\nheap-web: problems 0\n',
      stderr: ''
    })
  })
}
