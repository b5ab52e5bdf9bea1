import { readdirSync, readFileSync } from 'fs'
import { dirname, join, relative } from 'path'
import ts from 'typescript'

const sources = join(__dirname, '../src')

/** By name: `type` for those that leave nothing in the bundle. */
const MAY_IMPORT: Record<string, 'code' | 'type'> = {
  '@segment/browser-destination-runtime/plugin': 'code',
  '@segment/browser-destination-runtime/load-script': 'code',
  '@segment/browser-destination-runtime/types': 'type',
  '@segment/analytics-next': 'type',
  '@segment/actions-core': 'type'
}

interface Import {
  name: string
  kind: 'code' | 'type'
}

function importsOf(file: string): Import[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2020)
  return statements.filter(ts.isImportDeclaration).map(({ importClause, moduleSpecifier }) => ({
    name: (moduleSpecifier as ts.StringLiteral).text,
    kind: importClause?.isTypeOnly ? 'type' : 'code'
  }))
}

function ownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return entry.name === '__tests__' ? [] : ownFiles(join(folder, entry.name))
    return entry.name.endsWith('.ts') ? [join(folder, entry.name)] : []
  })
}

function resolved(file: string, name: string): string {
  const path = join(dirname(file), name)
  return ts.sys.fileExists(`${path}.ts`) ? `${path}.ts` : join(path, 'index.ts')
}

/** The files of heap-web, and what of `src/lib` they bring along. */
function filesInBundle(): string[] {
  const found = new Set(ownFiles(join(sources, 'destinations/heap-web')))
  for (const file of found) {
    for (const { name, kind } of importsOf(file)) {
      if (kind === 'code' && name.startsWith('.')) found.add(resolved(file, name))
    }
  }
  return [...found]
}

describe('the files of the device mode bundle', () => {
  const files = filesInBundle().map((file) => relative(sources, file))

  it.each(files)('%s imports from packages only what a page needs', (file) => {
    const foreign = importsOf(join(sources, file)).filter(({ name }) => !name.startsWith('.'))
    const refused = foreign.filter(({ name, kind }) => MAY_IMPORT[name] !== kind && MAY_IMPORT[name] !== 'code')
    expect(refused).toStrictEqual([])
  })

  it.each(files)('%s works without Node', (file) => {
    expect(readFileSync(join(sources, file), 'utf8')).not.toMatch(/\bBuffer\b|\bprocess\./)
  })

  it('are heap-web and src/lib alone', () => {
    expect(files.filter((file) => !/^(destinations\/heap-web|lib)\//.test(file))).toStrictEqual([])
  })

  it('read the page in one file only', () => {
    const readers = files.filter((file) => /\b(window|document)\b/.test(readFileSync(join(sources, file), 'utf8')))
    expect(readers).toStrictEqual(['destinations/heap-web/heap-sdk.ts'])
  })
})
