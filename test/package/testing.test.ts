import { spawnSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SAMPLES } from '../../src/segment/sample-calls'
import { startPipeline } from '../../src/testing'
import { browserToTest } from '../browser/__helpers__/chromium'
import { ROOT } from '../cli/__helpers__/command-line'
import { removeTemporaryFolders } from '../cli/__helpers__/temporary-folder'
import { projectWith } from './__helpers__/consumer'
import type { Consumer } from './__helpers__/consumer'
import { blocks, installCommand, program } from './__helpers__/documented'
import { pack } from './__helpers__/packed'

jest.setTimeout(240_000)

const DOCUMENT = 'docs/testing.md'
const EXAMPLES = join(ROOT, 'examples/testing')
const examples = Object.fromEntries(
  readdirSync(EXAMPLES).map((name) => [name, readFileSync(join(EXAMPLES, name), 'utf8')])
)

const failingServer = program(DOCUMENT, 'analytics.closeAndFlush()')
const failingPage = program(DOCUMENT, 'sendBeacon')
const esm = program(DOCUMENT, 'Page viewed')
const text = blocks(DOCUMENT, 'text')
const install = `${installCommand(DOCUMENT, 'npm')}\n`
const triggers = blocks(DOCUMENT, 'sh').find((block) => block.includes('trigger ')) ?? ''
const workflow = [...examples['workflow.yml'].matchAll(/- run: (npx .*)/g)].map(([, command]) => `${command}\n`)

function hasCurl(): boolean {
  return spawnSync('curl', ['--version']).status === 0
}

describe(DOCUMENT, () => {
  let consumer: Consumer
  let browser: NodeJS.ProcessEnv
  beforeAll(async () => {
    const { executablePath, env } = await browserToTest()
    browser = { ...env, ...(executablePath && { CHROME_PATH: executablePath }) }
    consumer = projectWith(await pack())
    await consumer.run(install)
    for (const [name, content] of Object.entries(examples)) consumer.write(name, content)
    if (!hasCurl())
      copyFileSync(join(__dirname, '__helpers__/curl.js'), join(consumer.folder, 'node_modules/.bin/curl'))
  })
  afterAll(removeTemporaryFolders)

  it('shows no code but the examples and what the tests below run', () => {
    const run = [...Object.values(examples), failingServer, failingPage, esm, install, ...workflow, triggers, ...text]
    expect(blocks(DOCUMENT).filter((block) => !run.includes(block))).toStrictEqual([])
    expect(Object.values(examples).filter((example) => !blocks(DOCUMENT).includes(example))).toStrictEqual([])
  })

  it.each([
    ['jest', 'user.test.js', failingServer, 'npx jest'],
    ['Playwright', 'user.spec.js', failingPage, 'npx playwright test']
  ])(
    'has a suite for %s of under ten lines that fails for an event without a user',
    async (_runner, file, code, by) => {
      expect(code.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(10)
      consumer.write(file, code)
      const { code: ended, output } = await consumer.finished(`${by} ${file}`, browser)
      expect(ended).toBe(1)
      expect(output.replace(/^ {4}/gm, '').replace('Error: ', '')).toContain(text[0])
    }
  )

  it.each([
    ['jest', '2 passed, 2 total'],
    ['playwright', '1 passed'],
    ['segment-heap-destination', text[1]]
  ])('has a workflow whose command with %s succeeds', async (name, printed) => {
    const [command] = workflow.filter((each) => each.startsWith(`npx ${name} `))
    const { code, output } = await consumer.finished(command.trim(), browser)
    expect([code, output]).toStrictEqual([0, expect.stringContaining(printed)])
  })

  it('imports the library from an ES module', async () => {
    consumer.write('program.mjs', esm)
    expect(await consumer.finished('node program.mjs')).toStrictEqual({ code: 0, output: 'Page viewed\n' })
  })

  it('triggers calls and samples', async () => {
    const pipeline = await startPipeline()
    for (const command of triggers.trim().split('\n')) {
      expect(await consumer.finished(`${command} --url ${pipeline.url}`)).toMatchObject({ code: 0 })
    }
    await pipeline.expectNoRejectedCalls()
    expect(pipeline.heap.events()).toHaveLength(100)
    expect(pipeline.heap.users()).toMatchObject([{ identity: 'user-1', properties: { big_spenders: true } }])
    await pipeline.close()
  })

  it('lists all samples with the action that takes them', () => {
    const rows = readFileSync(join(ROOT, DOCUMENT), 'utf8').split('| sample | action that takes it |\n|---|---|\n')[1]
    const listed = [...rows.matchAll(/^\| (.*) \| (.*) \|$/gm)].flatMap(([, names, action]) =>
      names.split(', ').map((name) => `${name} ${action}`)
    )
    expect(listed.sort()).toStrictEqual(
      SAMPLES.map(({ name, action }) => `\`${name}\` ${action ? `\`${action}\`` : 'none'}`).sort()
    )
  })
})
