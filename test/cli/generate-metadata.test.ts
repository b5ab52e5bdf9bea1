import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { metadataOf } from '../../src/cli/generate/metadata'
import { DEV, run } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'

const FILE = 'metadata.json'

afterEach(removeTemporaryFolders)

/** A destination, and its metadata.json written by hand as the action-destinations monorepo would write it. */
const TOY = join(__dirname, '__fixtures__/described-toy')

const TOY_METADATA = readFileSync(join(TOY, FILE), 'utf8')

function copyOfToy(): string {
  const folder = join(temporaryFolder(), 'toy')
  cpSync(TOY, folder, { recursive: true })
  return folder
}

const SETTING = {
  label: 'App ID',
  description: 'A number.',
  type: 'string',
  required: false,
  multiple: false,
  choices: null,
  default: null,
  depends_on: null
}

describe('metadataOf', () => {
  const { label, description } = SETTING
  const appId = { label, description, type: 'string' as const }

  it('writes every default of a destination that says nothing', () => {
    const written = JSON.stringify(metadataOf({ name: 'Toy', actions: { send: { fields: {} } } }))
    expect(written).toBe(
      '{"name":"Toy","mode":"cloud","authentication":null,"audienceConfig":null,"actions":{"send":{"title":"send",' +
        '"description":"","platform":"cloud","defaultSubscription":null,"hidden":false,"hasPerformBatch":false,' +
        '"syncMode":null,"hooks":null,"dynamicFields":null,"fields":{}}},"presets":[]}'
    )
  })

  it('has the settings of device mode as authentication, and the platform of its actions', () => {
    const track = { platform: 'web', fields: {} }
    const written = { ...metadataOf({ name: 'Toy', mode: 'device', settings: { appId }, actions: { track } }) }
    expect(written).toMatchObject({
      mode: 'device',
      authentication: { scheme: 'custom', fields: { appId: SETTING } },
      actions: { track: { platform: 'web' } }
    })
    expect(Object.keys(written)).not.toContain('settings')
  })

  it('keeps the scheme of a destination without fields, and none of one without settings', () => {
    expect(metadataOf({ name: 'Toy', authentication: { scheme: 'oauth2' }, actions: {} })).toMatchObject({
      authentication: { scheme: 'oauth2', fields: {} }
    })
    expect(metadataOf({ name: 'Toy', settings: {}, actions: {} })).toMatchObject({ authentication: null })
  })

  it.each([
    [{ type: 'realtime', full_audience_sync: true }, { type: 'realtime' }],
    [{ type: 'synced' }, { type: 'synced', full_audience_sync: false }],
    [
      { type: 'synced', full_audience_sync: true },
      { type: 'synced', full_audience_sync: true }
    ]
  ])('tells the audience mode %j', (mode, told) => {
    const createAudience = () => undefined
    expect(metadataOf({ name: 'Toy', audienceConfig: { mode, createAudience }, actions: {} })).toMatchObject({
      audienceConfig: { mode: told, audienceFields: {}, supportsAudienceFunctions: false }
    })
  })
})

describe('generate:metadata-payload', () => {
  it('writes, byte for byte, what the monorepo writes', async () => {
    const folder = copyOfToy()
    rmSync(join(folder, FILE))

    const { code, stdout } = await run(['generate:metadata-payload', '--path', folder], { bin: DEV, cwd: folder })

    expect({ code, stdout }).toEqual({ code: 0, stdout: `${FILE}\n1 files of metadata, 1 written\n` })
    expect(readFileSync(join(folder, FILE), 'utf8')).toBe(TOY_METADATA)
  })

  it('fails with --check when a field changes, and writes nothing', async () => {
    const folder = copyOfToy()
    const source = join(folder, 'index.ts')
    writeFileSync(source, readFileSync(source, 'utf8').replace('Where events go.', 'Where they go.'))

    expect(await run(['generate:metadata-payload', '--check', '--path', '.'], { bin: DEV, cwd: folder })).toEqual({
      code: 1,
      stdout: `${FILE}\n`,
      stderr: 'Error: stale generated metadata: 1. Run generate:metadata-payload to write them\n'
    })
    expect(readFileSync(join(folder, FILE), 'utf8')).toBe(TOY_METADATA)
  })

  it('finds the files of this project current', async () => {
    expect(await run(['generate:metadata-payload', '--check'], { bin: DEV })).toEqual({
      code: 0,
      stdout: '',
      stderr: ''
    })
  })

  it('refuses what is not a destination', async () => {
    const file = join(temporaryFolder(), 'other.ts')
    writeFileSync(file, 'export const x = 1\n')

    const { code, stderr } = await runCommand(['generate:metadata-payload', '--path', file])

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Error: ${file} exports no destination: its default export needs a name and actions\n`
    })
    expect(existsSync(join(file, '..', FILE))).toBe(false)
  })
})
