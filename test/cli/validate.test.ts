import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { destinations } from '../../src'
import { validateDefinition } from '../../src/cli/validate'
import { BROKEN_FIELDS } from './__helpers__/broken-fields'
import { BROKEN_SUBSCRIPTIONS } from './__helpers__/broken-subscriptions'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { automatic, good, withPresets } from './__helpers__/toy-definition'

afterEach(removeTemporaryFolders)

const TOY = `export default { name: 'Toy', slug: 'Toy', actions: { send: { title: 'Send', description: 'Sends.', fields: {} } } }`

function writeFile(source: string): string {
  const file = join(temporaryFolder(), 'toy.ts')
  writeFileSync(file, source)
  return file
}

describe('validateDefinition', () => {
  it.each(Object.entries(destinations))('finds nothing wrong with %s', (_name, definition) => {
    expect(validateDefinition(definition)).toStrictEqual([])
  })

  it('finds nothing wrong with the definition that the broken ones are made of', () => {
    expect(validateDefinition(good)).toStrictEqual([])
  })

  it.each([...BROKEN_FIELDS, ...BROKEN_SUBSCRIPTIONS])(
    'reports %s, and nothing else',
    (_name, definition, rule, where, message) => {
      expect(validateDefinition(definition)).toStrictEqual([
        { rule, where, message: expect.stringMatching(message) as unknown }
      ])
    }
  )

  it.each([
    [
      'audiences and the rest',
      'context.personas.computation_class = "audience"',
      'context.personas.computation_class != "audience"'
    ],
    ['a value and its negation', 'event = "a"', 'event != "a"'],
    ['presence and absence', 'userId = null', 'userId != null'],
    ['an event of their own', 'event = "Signed Up"', 'event = "Subscribed"']
  ])('takes presets apart by %s', (_name, one, other) => {
    const presets = [one, other].map((condition) => automatic(`type = "track" and ${condition}`))
    expect(validateDefinition(withPresets(...presets))).toStrictEqual([])
  })
})

describe('validate', () => {
  it('passes the destinations of this project', async () => {
    expect(await runCommand(['validate'])).toEqual({
      code: 0,
      stdout: 'heap: problems 0\nheap-web: problems 0\n',
      stderr: ''
    })
  })

  it('lists what is wrong and exits with 1', async () => {
    const file = writeFile(TOY)

    expect(await runCommand(['validate', '--path', file])).toEqual({
      code: 1,
      stdout: 'toy: slug: must be lower-case words joined by `-`: "Toy" (slug)\ntoy: problems 1\n',
      stderr: ''
    })
  })

  it('prints the problems as JSON, with the same exit code', async () => {
    const file = writeFile(TOY)

    const { code, stdout } = await runCommand(['validate', '--json', '--path', file])

    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toStrictEqual([
      {
        destination: 'toy',
        problems: [{ rule: 'slug', where: 'slug', message: 'must be lower-case words joined by `-`: "Toy"' }]
      }
    ])
  })

  it('refuses a path without anything, and a file that cannot be loaded, in one line', async () => {
    const file = writeFile(`throw new Error('not today')`)

    expect(await runCommand(['validate', '--path', 'nope'])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'Error: --path nope does not exist\n'
    })
    expect(await runCommand(['validate', '--path', file])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: cannot load ${file}: not today\n`
    })
  })

  it('refuses what is not a destination in one line', async () => {
    const file = writeFile('export const x = 1\n')

    expect(await runCommand(['validate', '--path', file])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: ${file} exports no destination: its default export needs a name and actions\n`
    })
  })
})
