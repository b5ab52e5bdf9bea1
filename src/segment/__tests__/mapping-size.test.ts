import { mappingSizeProblem } from '../mapping-size'

const MB = 1024 * 1024
const path = (text: string) => ({ '@path': text })
const fields = (count: number, value: unknown = path('$.a')) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`field${at}`, value]))
const list = (count: number, item: unknown = 0) => Array.from({ length: count }, () => item)

const refusal = expect.stringMatching(
  /^The mapping makes more than 64 MB of what is sent\. Take out @arrayPath/
) as string

describe('mappingSizeProblem', () => {
  it.each<[string, unknown, unknown]>([
    [
      'a path that is nowhere, for each item of a long list',
      fields(300, { '@arrayPath': ['$.l', path('$.z')] }),
      { l: list(25_000) }
    ],
    ['many fields for each item of a long list', { '@arrayPath': ['$.l', fields(6000)] }, { l: list(25_000) }],
    [
      'a list in a list',
      { '@arrayPath': ['$.l', { i: { '@arrayPath': ['$.m', fields(600)] } }] },
      { l: list(200, { m: list(200) }) }
    ],
    [
      'a list decoded from text',
      { '@arrayPath': [{ '@json': { value: path('$.l'), mode: 'decode' } }, fields(600)] },
      { l: JSON.stringify(list(9000)) }
    ],
    ['one object for many fields', fields(3000, path('$.o')), { o: { text: 'x'.repeat(MB / 20) } }],
    ['one text for many fields', fields(3000, path('$.o')), { o: 'x'.repeat(MB / 20) }],
    [
      'a template with the same text again and again',
      { '@template': '{{o}} {{{ o }}}'.repeat(1000) },
      { o: 'x'.repeat(MB / 20) }
    ],
    [
      'what stands in another directive',
      { '@if': { exists: 1, then: { '@literal': { '@arrayPath': ['$.l', fields(6000)] } } } },
      { l: list(25_000) }
    ]
  ])('refuses %s', (_name, mapping, event) => {
    expect(mappingSizeProblem({ properties: mapping }, [event])).toEqual(refusal)
  })

  it('counts the events of a batch together', () => {
    const mapping = { a: { '@arrayPath': ['$.l', fields(100)] } }
    const event = { l: list(200) }
    expect(mappingSizeProblem(mapping, [event])).toBeUndefined()
    expect(mappingSizeProblem(mapping, list(1000, event))).toEqual(refusal)
  })

  it.each<[string, unknown, unknown[]]>([
    ['nothing', undefined, [undefined, null, 7]],
    [
      '1,000 usual events',
      { ...fields(30, path('$.properties.o')), p: path('$.properties') },
      list(1000, { properties: { o: 'x'.repeat(1000) } })
    ],
    ['10,000 products of ten fields', { '@arrayPath': ['$.l', fields(10)] }, [{ l: list(10_000, { a: 'one' }) }]],
    [
      'an event of 5 MB',
      { properties: path('$.properties') },
      [{ properties: list(50_000, { text: 'x'.repeat(90) }) }]
    ],
    ['directives that the engine refuses', { '@arrayPath': [{ '@path': 7 }, fields(3)], '@template': 3 }, [{}]]
  ])('allows %s', (_name, mapping, events) => {
    expect(mappingSizeProblem(mapping, events)).toBeUndefined()
  })
})
