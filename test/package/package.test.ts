import { endAll, run, Running } from '../cli/__helpers__/command-line'
import { projectAndEmulator, testCompleteInstall, testDocumentedInstalls } from './__helpers__/documented-installs'
import manifest from '../../package.json'

jest.setTimeout(120_000)

/** Used by core itself. */
const CORE_HAS_TOO = ['@segment/destination-subscriptions', '@types/node', 'ajv']

const ESM = `
import heap from 'segment-heap-destination/heap'
import { flatten } from 'segment-heap-destination/flatten'
console.log(heap.name, heap.mode, JSON.stringify(flatten({ a: { b: 1 } })))
`
const COMMONJS = `
const { default: heap } = require('segment-heap-destination/heap')
const { flatten } = require('segment-heap-destination/flatten')
console.log(heap.name, heap.mode, JSON.stringify(flatten({ a: { b: 1 } })))
`
const PRINTED = 'Heap cloud {"a.b":1}\n'

const HEAP_TYPES = `
import heap from 'segment-heap-destination/heap'
import { flatten } from 'segment-heap-destination/flatten'
export const mode: 'cloud' = heap.mode
export const value: string | number | boolean = flatten({ a: 1 }).a
type Settings = Parameters<NonNullable<typeof heap.onDelete>>[1]['settings']
export const settings: Settings = { appId: '11' }
// @ts-expect-error the App ID is required
export const incomplete: Settings = { region: 'US' }
`
const ALL_TYPES = `${HEAP_TYPES}
import { destinations, heap as cloud, heapWeb } from 'segment-heap-destination'
import { start } from 'segment-heap-destination/emulator'
import plugins, { destination } from 'segment-heap-destination/heap-web'
import { startPipeline } from 'segment-heap-destination/testing'
import type { CallOutcome, PipelineOptions, TestPipeline } from 'segment-heap-destination/testing'
export const modes: ['cloud', 'device', 'device'] = [cloud.mode, heapWeb.mode, destination.mode]
export const names: [string, string] = [plugins.pluginName, destinations['heap-web'].name]
export const url = async (): Promise<string> => (await start()).url
const options: PipelineOptions = { faults: { next: [{ status: 503 }] }, redirect: { 'https://a.example': 'http://b' } }
export const pipeline = (): Promise<TestPipeline> => startPipeline(options)
export const outcome = async (): Promise<CallOutcome> => (await (await pipeline()).calls({ event: 'E' }))[0].outcome
// @ts-expect-error there is no such filter
export const wrong = async () => (await pipeline()).calls({ user: 'user-1' })
`
const REQUIRE_TYPES = `
import heap = require('segment-heap-destination/heap')
import plugins = require('segment-heap-destination/heap-web')
import testing = require('segment-heap-destination/testing')
export const mode: 'cloud' = heap.default.mode
export const device: 'device' = plugins.destination.mode
export const url = async (): Promise<string> => (await testing.startPipeline()).url
`

const NODE_NEXT = ['--module', 'nodenext']
const BUNDLER = ['--module', 'esnext', '--moduleResolution', 'bundler']
const NODE_10 = ['--module', 'commonjs', '--moduleResolution', 'node10', '--esModuleInterop']

const here = projectAndEmulator()

describe('npm pack', () => {
  it('takes along every file that package.json points to', () => {
    const named = JSON.stringify([manifest.exports, manifest.typesVersions, manifest.bin]).match(
      /(esm|dist|bin)\/[^"]+/g
    )
    expect(named?.filter((path) => !here.packed.files.includes(path))).toStrictEqual([])
    expect(here.packed.files).toContain('dist/heap-web.js')
  })

  it('takes along neither sources nor tests', () => {
    expect(
      here.packed.files.filter((path) => /(^|\/)(src|test|bench|__tests__)\/|tsbuildinfo/.test(path))
    ).toStrictEqual([])
  })
})

describe('the package without its optional dependencies', () => {
  testDocumentedInstalls('npm', here)

  it('brings nothing of what the commands, the servers and the tests need', () => {
    const tools = [...Object.keys(manifest.optionalDependencies), ...Object.keys(manifest.devDependencies)]
    expect(
      here.consumer.installed().filter((name) => tools.includes(name) && !CORE_HAS_TOO.includes(name))
    ).toStrictEqual([])
  })

  it('gives the definition by import and by require', async () => {
    const { consumer } = here
    consumer.write('program.mjs', ESM)
    consumer.write('program.cjs', COMMONJS)
    expect(await consumer.node(['program.mjs'])).toBe(PRINTED)
    expect(await consumer.node(['program.cjs'])).toBe(PRINTED)
  })

  it('has types, and the examples keep to them', async () => {
    const { consumer } = here
    consumer.write('types.mts', HEAP_TYPES)
    consumer.write('types.ts', HEAP_TYPES)
    expect(
      await consumer.typeErrors(...NODE_NEXT, '--allowJs', '--checkJs', 'types.mts', 'register.js', 'register.mjs')
    ).toBe('')
    expect(await consumer.typeErrors(...NODE_10, 'types.ts')).toBe('')
  })

  it('says in one line what its command needs', async () => {
    const { consumer } = here
    expect(await run(['validate'], { bin: consumer.bin, cwd: consumer.folder })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error: dependencies are missing: the commands need the optional ones, install the package again without --omit=optional\n'
    })
  })
})

describe('the package', () => {
  afterAll(endAll)

  testCompleteInstall('npm', here)

  it('has types for every entry point', async () => {
    const { consumer } = here
    consumer.write('types.mts', ALL_TYPES)
    consumer.write('types.ts', ALL_TYPES)
    consumer.write('types.cts', REQUIRE_TYPES)
    expect(await consumer.typeErrors(...NODE_NEXT, 'types.mts', 'types.cts')).toBe('')
    expect(await consumer.typeErrors(...BUNDLER, '--skipLibCheck', 'types.mts')).toBe('')
    expect(await consumer.typeErrors(...NODE_10, '--skipLibCheck', 'types.ts')).toBe('')
  })

  it('gives device mode by import, and its bundle by path', async () => {
    const { consumer } = here
    consumer.write(
      'device.mjs',
      `import { createRequire } from 'node:module'
       import plugins, { destination } from 'segment-heap-destination/heap-web'
       console.log(plugins.pluginName, destination.mode, createRequire(import.meta.url).resolve('segment-heap-destination/heap-web/bundle'))`
    )
    expect(await consumer.node(['device.mjs'])).toMatch(/^Heap-Web device .*heap-web\.js\n$/)
  })

  it('says how to load a destination in TypeScript', async () => {
    const { consumer } = here
    consumer.write('mine.ts', 'export default { name: "Mine", actions: {} }')
    expect(await run(['validate', '--path', 'mine.ts'], { bin: consumer.bin, cwd: consumer.folder })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Error: mine.ts is TypeScript, which needs ts-node: npm install --save-dev ts-node typescript, or compile it to index.js\n'
    })
  })

  it('serves the pipeline and its page', async () => {
    const { consumer } = here
    const server = new Running(['serve', '--port', '0', '--noUI'], { bin: consumer.bin, cwd: consumer.folder })
    const page = await fetch(await server.url())

    expect(page.headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(await page.text()).toContain('/_page/assets/')
    server.kill('SIGTERM')
    expect((await server.exited).code).toBe(0)
  })
})
