import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEV, endAll, run, Running } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { TOY_PAYLOAD, TOY_SETTINGS, writeToy } from './__helpers__/toy-destination'

const SETTINGS_FILE = 'generated-types.ts'
const PAYLOAD_FILE = join('sendEvent', 'generated-types.ts')

afterEach(async () => {
  await endAll()
  removeTemporaryFolders()
})

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

describe('generate:types', () => {
  it('writes the settings and the payload of every action of a destination folder', async () => {
    const folder = writeToy(temporaryFolder())

    const { code, stdout } = await run(['generate:types', '--path', folder], { bin: DEV, cwd: folder })

    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${SETTINGS_FILE}\n${PAYLOAD_FILE}\n2 files of types, 2 written\n`
    })
    expect(read(folder, SETTINGS_FILE)).toBe(TOY_SETTINGS)
    expect(read(folder, PAYLOAD_FILE)).toBe(TOY_PAYLOAD)
  })

  it('writes only the payload for the file of an action, and nothing for other files', async () => {
    const folder = writeToy(temporaryFolder())
    const action = join(folder, 'sendEvent', 'index.ts')
    writeFileSync(action, `import destination from '../index'\nexport default destination.actions.sendEvent\n`)
    writeFileSync(join(folder, 'other.ts'), 'export const x = 1\n')

    const { code } = await run(['generate:types', '--path', action, join(folder, 'other.ts')], { bin: DEV })

    expect(code).toBe(0)
    expect(existsSync(join(folder, SETTINGS_FILE))).toBe(false)
    expect(read(folder, PAYLOAD_FILE)).toBe(TOY_PAYLOAD)
  })

  it('adds what an action has of hooks, and what a destination has of audience settings', async () => {
    const folder = writeToy(temporaryFolder())
    writeFileSync(join(folder, 'index.ts'), WITH_HOOKS)

    const { code } = await run(['generate:types', '--path', folder], { bin: DEV })

    expect(code).toBe(0)
    expect(read(folder, SETTINGS_FILE)).toBe(AUDIENCE_SETTINGS)
    expect(read(folder, PAYLOAD_FILE)).toBe(HOOK_BUNDLE)
  })

  it('fails on a path that does not exist', async () => {
    expect(await run(['generate:types', '--path', 'nowhere'], { bin: DEV })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: --path nowhere does not exist\n'
    })
  })

  it('fails when there is nothing to generate from', async () => {
    const other = join(temporaryFolder(), 'other.ts')
    writeFileSync(other, 'export const x = 1\n')

    const { code, stderr } = await run(['generate:types', '--path', other], { bin: DEV })

    expect({ code, stderr }).toEqual({ code: 1, stderr: `Error: no destination or action in ${other}\n` })
  })
})

describe('generate:types --check', () => {
  it('passes when the files are as generated', async () => {
    const folder = writeToy(temporaryFolder())
    await run(['generate:types', '--path', folder], { bin: DEV })

    const { code, stderr } = await run(['generate:types', '--check', '--path', folder], { bin: DEV })

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  it('lists stale and missing files, writes nothing and exits with 1', async () => {
    const folder = writeToy(temporaryFolder())
    writeFileSync(join(folder, SETTINGS_FILE), 'export interface Settings {}\n')

    expect(await run(['generate:types', '--check', '--path', '.'], { bin: DEV, cwd: folder })).toEqual({
      code: 1,
      stdout: `${SETTINGS_FILE}\n${PAYLOAD_FILE}\n`,
      stderr: 'Error: stale generated types: 2. Run generate:types to write them\n'
    })
    expect(read(folder, SETTINGS_FILE)).toBe('export interface Settings {}\n')
    expect(existsSync(join(folder, PAYLOAD_FILE))).toBe(false)
  })
})

describe('generate:types --watch', () => {
  it('writes again when a field changes, outlives a broken source, and ends on a signal', async () => {
    const folder = writeToy(temporaryFolder())
    const index = join(folder, 'index.ts')
    const source = readFileSync(index, 'utf8')
    const watching = new Running(['generate:types', '--watch', '--path', folder], { bin: DEV, cwd: folder })
    await watching.printed(/watching for changes/)
    expect(read(folder, PAYLOAD_FILE)).toBe(TOY_PAYLOAD)

    writeFileSync(index, 'export default {')
    await watching.printed(/cannot generate: /)
    writeFileSync(index, source.replace('The event name.', 'Another name.'))
    await watching.printed(/2 files of types, 1 written/)
    watching.kill('SIGTERM')

    const { code } = await watching.exited
    expect(code).toBe(0)
    expect(read(folder, PAYLOAD_FILE)).toBe(TOY_PAYLOAD.replace('The event name.', 'Another name.'))
  })
})

const WITH_HOOKS = `
const list = { label: 'List', description: 'The list.', type: 'string', required: true }
const hook = { label: 'Save', description: 'Makes a list.', inputFields: { list }, outputTypes: { list }, performHook: () => ({}) }
const sendEvent = { title: 'Send', description: 'Sends.', fields: {}, hooks: { onMappingSave: hook }, perform: () => undefined }
export default { name: 'Toy', audienceFields: { list }, actions: { sendEvent } }
`

const AUDIENCE_SETTINGS = `// Generated file. DO NOT MODIFY IT BY HAND.

export interface Settings {}
// Generated file. DO NOT MODIFY IT BY HAND.

export interface AudienceSettings {
  /**
   * The list.
   */
  list: string
}
`

const HOOK_BUNDLE = `// Generated file. DO NOT MODIFY IT BY HAND.

export interface Payload {}
// Generated bundle for hooks. DO NOT MODIFY IT BY HAND.

export interface HookBundle {
  onMappingSave: {
    inputs?: {
      /**
       * The list.
       */
      list: string
    }
    outputs?: {
      /**
       * The list.
       */
      list: string
    }
  }
}
`
