import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { heap } from '../../src'
import { catalogPage } from '../../src/cli/generate/docs/catalog-page'
import { refusalTable } from '../../src/cli/generate/docs/refusals'
import { DEV, run } from './__helpers__/command-line'
import { removeTemporaryFolders, temporaryFolder } from './__helpers__/temporary-folder'
import { audience, automatic, good, text, TRACK, withFields } from './__helpers__/toy-definition'

afterEach(removeTemporaryFolders)

const toy = (description: string) =>
  `export default { name: 'Toy', slug: 'actions-toy', actions: { send: { title: 'Send', description: 'Sends.', fields: {
    event: { label: 'Event', description: '${description}', type: 'string' } } } } }`

const TOY_PAGE = `# Toy

<!-- Generated from the definition by generate:docs. Do not edit. -->

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

## Notes

Some.
`

describe('catalogPage', () => {
  it('shows settings, actions, fields, presets and notes', () => {
    const presets = [automatic(TRACK), audience({ colour: 'blue' })]
    expect(catalogPage({ ...good, presets }, ['## Notes', 'Some.'])).toBe(TOY_PAGE)
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

describe('refusalTable', () => {
  it('has what the definition says', async () => {
    expect(await refusalTable(heap, [{ action: 'groupAccount', when: 'none', payload: {} }])).toBe(
      [
        '| action | when | message |',
        '| --- | --- | --- |',
        '| `groupAccount` | none | No account: `account_id` is missing or a placeholder. Map it to the ID of the account, usually `$.groupId`. |'
      ].join('\n')
    )
  })

  it('fails on a payload that is no longer refused, and sends nothing', async () => {
    const payload = { account_id: 'acme' }
    await expect(refusalTable(heap, [{ action: 'groupAccount', when: 'none', payload }])).rejects.toThrow(
      'groupAccount no longer refuses {"account_id":"acme"}'
    )
  })
})

describe('generate:docs', () => {
  it('writes a page named after the folder, and fails with --check when a field changes', async () => {
    const output = temporaryFolder()
    const folder = join(output, 'toy')
    mkdirSync(folder)
    writeFileSync(join(folder, 'index.ts'), toy('The name.'))
    const args = ['generate:docs', '--path', folder, '--output', output]

    expect(await run(args, { bin: DEV, cwd: output })).toEqual({
      code: 0,
      stdout: 'toy.md\n1 files of docs, 1 written\n',
      stderr: ''
    })
    expect(readFileSync(join(output, 'toy.md'), 'utf8')).toContain('| Event | `event` | string |  |  | The name. |\n')
    writeFileSync(join(folder, 'index.ts'), toy('Another name.'))

    expect(await run([...args, '--check'], { bin: DEV, cwd: output })).toEqual({
      code: 1,
      stdout: 'toy.md\n',
      stderr: 'Error: stale generated docs: 1. Run generate:docs to write them\n'
    })
  })

  it('finds the pages of this project current', async () => {
    expect(await run(['generate:docs', '--check'], { bin: DEV })).toEqual({ code: 0, stdout: '', stderr: '' })
  })
})
