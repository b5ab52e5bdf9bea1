import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { heapWeb } from '../../src'
import { metadataOf } from '../../src/cli/generate/metadata'
import { run } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const FILE = 'metadata.json'

afterEach(removeTemporaryFolders)

function toy(description: string): string {
  return `
const event = { label: 'Event', description: '${description}', type: 'string', required: true, choices: ['a', 'b'] }
const send = { title: 'Send', description: 'Sends.', defaultSubscription: 'type = "track"', fields: { event }, perform: () => undefined }
const authentication = { scheme: 'custom', fields: { appId: event }, testAuthentication: () => true }
const presets = [{ name: 'Calls', subscribe: 'type = "track"', partnerAction: 'send', mapping: { event: 'a' }, type: 'automatic' }]
export default { name: 'Toy', slug: 'actions-toy', mode: 'cloud', authentication, actions: { send }, presets }
`
}

function writeToy(description = 'The name.'): string {
  const folder = join(temporaryFolder(), 'toy')
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.ts'), toy(description))
  return folder
}

const FIELD = { label: 'Event', description: 'The name.', type: 'string', required: true, choices: ['a', 'b'] }

const TOY_METADATA = {
  slug: 'actions-toy',
  name: 'Toy',
  mode: 'cloud',
  authentication: { scheme: 'custom', fields: { appId: FIELD } },
  actions: {
    send: {
      title: 'Send',
      description: 'Sends.',
      defaultSubscription: 'type = "track"',
      fields: { event: FIELD }
    }
  },
  presets: [
    {
      name: 'Calls',
      subscribe: 'type = "track"',
      partnerAction: 'send',
      mapping: { event: 'a' },
      type: 'automatic'
    }
  ]
}

describe('metadataOf', () => {
  it('keeps the settings of device mode and the platform of its actions', () => {
    const { name, slug, mode, description, settings, actions, presets } = heapWeb
    const written = Object.fromEntries(
      Object.entries(actions).map(([key, { title, description, platform, defaultSubscription, fields }]) => [
        key,
        { title, description, platform, defaultSubscription, fields }
      ])
    )
    expect(JSON.parse(JSON.stringify(metadataOf(heapWeb)))).toStrictEqual(
      JSON.parse(JSON.stringify({ slug, name, mode, description, settings, actions: written, presets }))
    )
  })

  it('tells the fields of hooks', () => {
    const hook = { label: 'Save', inputFields: { list: {} }, outputTypes: { id: {} }, performHook: () => undefined }
    const send = { fields: {}, hooks: { onMappingSave: hook } }
    expect(JSON.parse(JSON.stringify(metadataOf({ name: 'Toy', actions: { send } })))).toStrictEqual({
      name: 'Toy',
      actions: {
        send: {
          fields: {},
          hooks: { onMappingSave: { label: 'Save', inputFields: { list: {} }, outputTypes: { id: {} } } }
        }
      }
    })
  })
})

describe('generate:metadata-payload', () => {
  it('writes the definition without its functions', async () => {
    const folder = writeToy()

    const { code, stdout } = await run(['generate:metadata-payload', '--path', folder], { cwd: folder })

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${FILE}\n1 files of metadata, 1 written\n` })
    expect(JSON.parse(readFileSync(join(folder, FILE), 'utf8'))).toStrictEqual(TOY_METADATA)
  })

  it('fails with --check when a field changes, and writes nothing', async () => {
    const folder = writeToy()
    await run(['generate:metadata-payload', '--path', folder])
    const before = readFileSync(join(folder, FILE), 'utf8')
    writeFileSync(join(folder, 'index.ts'), toy('Another name.'))

    expect(await run(['generate:metadata-payload', '--check', '--path', '.'], { cwd: folder })).toEqual({
      code: 1,
      stdout: `${FILE}\n`,
      stderr: 'Error: stale generated metadata: 1. Run generate:metadata-payload to write them\n'
    })
    expect(readFileSync(join(folder, FILE), 'utf8')).toBe(before)
  })

  it('finds the files of this project current', async () => {
    expect(await run(['generate:metadata-payload', '--check'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('refuses what is no destination', async () => {
    const file = join(temporaryFolder(), 'other.ts')
    writeFileSync(file, 'export const x = 1\n')

    const { code, stderr } = await run(['generate:metadata-payload', '--path', file])

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: ${file} exports no destination: its default export needs a name and actions\n`
    })
    expect(existsSync(join(file, '..', FILE))).toBe(false)
  })
})
