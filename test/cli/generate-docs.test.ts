import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BEGIN, catalogPage, END } from '../../src/cli/generate/docs/catalog-page'
import { MAX_REQUESTS_PER_BATCH } from '../../src/destinations/heap/bulk'
import * as limits from '../../src/lib/heap/limits'
import { ROOT } from './__helpers__/command-line'
import { runCommand } from './__helpers__/in-process'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { audience, automatic, good, text, TRACK, withFields } from './__helpers__/toy-definition'

afterEach(removeTemporaryFolders)

const toy = (description: string) =>
  `export default { name: 'Toy', slug: 'actions-toy', actions: { send: { title: 'Send', description: 'Sends.', fields: {
    event: { label: 'Event', description: '${description}', type: 'string' } } } } }`

const TOY_PAGE = `# Toy

${BEGIN}

Slug \`actions-toy\`.

## Settings

| setting | key | type | required | default |  |
| --- | --- | --- | --- | --- | --- |
| App ID | \`appId\` | string | yes |  | A number. |

## Actions

| action |  | default subscription |
| --- | --- | --- |
| \`send\` | Sends. | \`type = "track"\` |

### Send

Key \`send\`.

| field | key | type | required | default |  |
| --- | --- | --- | --- | --- | --- |
| Text | \`event\` | string | yes | \`$.event\` | Some text. |
| Text | \`colour\` | string |  | \`red\` | Some text. One of \`red\`, \`blue\`. |
| Text | \`details\` | object |  |  | Some text. |
| Text | \`batch_keys\` | list of string |  | \`["colour"]\` | Some text. Hidden. |

## Presets

| preset | action | takes | mapping |
| --- | --- | --- | --- |
| Calls | \`send\` | \`type = "track"\` | the defaults |
| Audience | \`send\` | event \`warehouse_audience_entered_track\` | \`event: none\`, \`colour: "blue"\`, \`batch_keys: none\` |

${END}
`

describe('catalogPage', () => {
  const toyOfPage = { ...good, presets: [automatic(TRACK), audience({ colour: 'blue' })] }

  it('shows settings, actions, fields and presets', () => {
    expect(catalogPage(toyOfPage)).toBe(TOY_PAGE)
  })

  it('writes again what stands between the markers, and nothing else', () => {
    const around = (tables: string) => `# My Toy\n\nBy hand.\n\n${BEGIN}${tables}${END}\n\n## Limits\n`
    const [, tables] = TOY_PAGE.split(BEGIN)
    expect(catalogPage(toyOfPage, around('\nold\n'))).toBe(around(tables.split(END)[0]))
  })

  it.each([
    ['neither', '# Toy\n'],
    ['the first alone', `${BEGIN}\n`],
    ['the second first', `${END}\n${BEGIN}\n`]
  ])('refuses a page that has of the markers %s', (_name, present) => {
    expect(() => catalogPage(toyOfPage, present)).toThrow(`it must have the lines "${BEGIN}" and "${END}"`)
  })

  it('shows what a field takes, and keeps its text within the cell', () => {
    const count = text({
      description: 'One | two\n<b> `<kept>`',
      type: 'integer',
      allowNull: true,
      minimum: 1,
      maximum: 9,
      default: { '@if': { exists: { '@path': '$.a' }, then: 1, else: 2 } }
    })
    const line = catalogPage(withFields({ count }))
      .split('\n')
      .find((each) => each.includes('`count`'))
    expect(line).toBe(
      '| Text | `count` | integer or null |  | `{"@if":{"exists":{"@path":"$.a"},"then":1,"else":2}}` | ' +
        'One \\| two &lt;b> `<kept>` At least 1. At most 9. |'
    )
  })
})

/** Each limit of Heap's, and the row that names it. */
const ROWS: Record<keyof typeof limits, [page: string, what: string][]> = {
  MAX_ITEMS_PER_REQUEST: [
    ['heap', 'events in a request'],
    ['heap', 'users in a request'],
    ['heap', 'accounts in a request']
  ],
  MAX_EVENTS_PER_MINUTE: [['heap', 'events a minute for an App ID']],
  MAX_EVENTS_PER_MINUTE_OF_IDENTITY: [['heap', 'events a minute for an identity']],
  MAX_EVENT_NAME_LENGTH: [['heap', 'characters of an event name']],
  MAX_IDENTITY_LENGTH: [
    ['heap', 'characters of an identity'],
    ['heap-web', 'characters of an identity']
  ],
  MAX_PROPERTY_LENGTH: [
    ['heap', 'characters of a property key or text'],
    ['heap-web', 'characters of a text']
  ],
  MAX_HEAP_USER_ID: [['heap', "Heap's own user ID, in `heap_user_id`"]],
  MAX_LINKS_PER_IDENTITY_A_MONTH: [['heap', 'Heap user IDs for an identity in a month']],
  MIN_PARTNER_IDEMPOTENCY_KEY_LENGTH: [['heap', 'characters of the message ID of an anonymous event']],
  MAX_USERS_PER_DELETION: [['heap', 'users in a deletion']],
  MAX_WEB_KEY_LENGTH: [['heap-web', 'characters of a property key']],
  MAX_WEB_EVENT_NAME_LENGTH: [['heap-web', 'characters of an event name']]
}

describe('the catalog pages', () => {
  const figureIn = (page: string, what: string) => {
    const lines = readFileSync(join(ROOT, 'docs', `${page}.md`), 'utf8').split('\n')
    return lines.find((line) => line.startsWith(`| ${what} |`))?.split('|')[2]
  }

  it.each(Object.entries(ROWS).flatMap(([name, rows]) => rows.map((row) => [name, ...row] as const)))(
    'tell %s, of %s: %s',
    (name, page, what) => {
      const figure = limits[name as keyof typeof limits].toLocaleString('en-US')
      expect(figureIn(page, what)).toMatch(new RegExp(`(^ |\\[|0 to )${figure}(\\]| |$)`))
    }
  )

  it('tell how many requests a batch may take', () => {
    expect(figureIn('heap', 'requests for one batch')).toBe(` ${MAX_REQUESTS_PER_BATCH} `)
  })
})

describe('generate:docs', () => {
  it('ends with an error at a page without the markers, and leaves it as it is', async () => {
    const output = temporaryFolder()
    const folder = join(output, 'toy')
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.ts'), toy('The name.'))
    writeFileSync(join(output, 'toy.md'), '# Toy\n')

    expect(await runCommand(['generate:docs', '--path', folder, '--output', output])).toEqual({
      code: 1,
      stdout: '',
      stderr: `Error: cannot write ${join(output, 'toy.md')}: it must have the lines "${BEGIN}" and "${END}", between which the tables are written\n`
    })
    expect(readFileSync(join(output, 'toy.md'), 'utf8')).toBe('# Toy\n')
  })

  it('writes a page named after the folder, and fails with --check when a field changes', async () => {
    const output = temporaryFolder()
    const folder = join(output, 'toy')
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.ts'), toy('The name.'))
    const args = ['generate:docs', '--output', output]

    expect(await runCommand([...args, '--path', folder], { cwd: output })).toEqual({
      code: 0,
      stdout: 'toy.md\n1 files of docs, 1 written\n',
      stderr: ''
    })
    expect(readFileSync(join(output, 'toy.md'), 'utf8')).toContain('| Event | `event` | string |  |  | The name. |\n')
    const changed = join(temporaryFolder(), 'toy')
    mkdirSync(changed)
    writeFileSync(join(changed, 'index.ts'), toy('Another name.'))

    expect(await runCommand([...args, '--check', '--path', changed], { cwd: output })).toEqual({
      code: 1,
      stdout: 'toy.md\n',
      stderr: 'Error: stale generated docs: 1. Run generate:docs to write them\n'
    })
  })

  it('makes the folder of the pages, and tells as JSON what it has written', async () => {
    const root = temporaryFolder()
    const folder = join(root, 'toy')
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.ts'), toy('The name.'))
    const args = ['generate:docs', '--path', folder, '--output', join(root, 'new/pages'), '--json']

    const { code, stdout } = await runCommand(args, { cwd: root })
    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: { files: ['new/pages/toy.md'], stale: ['new/pages/toy.md'] }
    })
    expect(JSON.parse((await runCommand(args, { cwd: root })).stdout)).toEqual({
      files: ['new/pages/toy.md'],
      stale: []
    })
  })

  it('finds the pages of this project current', async () => {
    expect(await runCommand(['generate:docs', '--check'])).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
