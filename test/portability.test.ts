import { readdirSync, readFileSync } from 'fs'
import { join, relative } from 'path'
import ts from 'typescript'

const root = join(__dirname, '..')

/** What the action-destinations monorepo resolves in its own tree, and the built-in modules of Node that are named here. */
const CLOUD_MAY_IMPORT = [/^@segment\/actions-core$/, /^lodash\//, /^https$/, /^\./]
const LIB_MAY_IMPORT = [/^@segment\/actions-core$/, /^lodash\//, /^\./]
const TESTS_MAY_IMPORT = [...CLOUD_MAY_IMPORT, /^@segment\/destination-subscriptions$/, /^nock$/, /^vm$/]

/** Names in `src/lib` of the monorepo, which a copy would overwrite. */
const TAKEN_IN_LIB = ['dayjs.ts', 'hashing-utils.ts', 'test-data.ts', 'AWS', 'engage-test-data']

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : [join(folder, entry.name)]
  )
}

/** What a file imports, `import()` included; code in texts does not count. */
function imports(file: string): string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    const named = ts.isImportDeclaration(node) || ts.isExportDeclaration(node) ? node.moduleSpecifier : undefined
    const called =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments[0] : undefined
    for (const name of [named, called]) if (name && ts.isStringLiteral(name)) names.push(name.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest))
  return names
}

function allowedIn(file: string): RegExp[] {
  if (file.includes('__tests__')) return TESTS_MAY_IMPORT
  return file.startsWith('src/lib') ? LIB_MAY_IMPORT : CLOUD_MAY_IMPORT
}

/** Where a relative import leads, as a path from the root. */
function target(file: string, specifier: string): string {
  return relative(root, join(root, file, '..', specifier))
}

const portable = [...sources('src/lib'), ...sources('src/destinations/heap')]

describe('the portable trees', () => {
  it.each(portable)('%s imports only what the monorepo has', (file) => {
    const foreign = imports(file).filter((name) => !allowedIn(file).some((allowed) => allowed.test(name)))
    expect(foreign).toStrictEqual([])
  })

  it.each(portable)('%s imports nothing outside the two trees', (file) => {
    const outside = imports(file)
      .filter((name) => name.startsWith('.'))
      .map((name) => target(file, name))
      .filter((path) => !/^src\/(lib|destinations\/heap)(\/|$)/.test(path))
    expect(outside).toStrictEqual([])
  })

  it.each(portable)('%s keeps to the syntax of TypeScript 5.5 and the library of ES2020', (file) => {
    const text = readFileSync(join(root, file), 'utf8')
    expect(text).not.toMatch(/Object\.hasOwn|\.replaceAll\(|\.at\(|\bsatisfies\b|import \{[^}]*\btype\s/)
    expect(text).not.toMatch(/process\.env/)
  })

  it('src/lib shares no file name with the monorepo', () => {
    const names = readdirSync(join(root, 'src/lib'))
    expect(names.filter((name) => TAKEN_IN_LIB.includes(name))).toStrictEqual([])
  })

  it.each(sources('src/lib').filter((file) => !file.includes('__tests__')))('%s works without Node', (file) => {
    expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/\bBuffer\b|\bprocess\./)
  })
})

/** The rooms of `src`, and the rooms that each may import from. */
const ARROWS: Record<string, string[]> = {
  lib: [],
  destinations: ['lib'],
  emulator: [],
  segment: ['store', 'destinations', 'lib'],
  store: [],
  replay: ['store', 'segment', 'destinations', 'lib'],
  explain: ['replay', 'segment', 'emulator', 'lib'],
  diff: ['replay', 'segment', 'lib'],
  'page/client': ['page/protocol'],
  'page/server': ['page/protocol', 'segment', 'emulator', 'lib'],
  'page/protocol': ['segment', 'emulator'],
  server: ['page/server', 'segment', 'store', 'emulator', 'destinations'],
  testing: ['server', 'segment', 'store', 'emulator', 'destinations'],
  cli: ['server', 'testing', 'explain', 'diff', 'replay', 'segment', 'emulator', 'destinations', 'lib', 'index'],
  index: ['destinations', 'lib']
}

function roomOf(path: string): string {
  const [, room, part] = path.replace(/\.tsx?$/, '').split('/')
  return room === 'page' ? `page/${part}` : room
}

/** The file that a relative import names. */
function importedFile(file: string, specifier: string): string {
  const path = target(file, specifier)
  const found = ['', '.ts', '.tsx', '/index.ts'].map((end) => path + end).find((name) => allSources.has(name))
  return found ?? path
}

const allSources = new Set(sources('src').filter((file) => /\.tsx?$/.test(file) && !file.includes('__tests__')))
const importsOf = new Map(
  [...allSources].map((file) => [
    file,
    imports(file)
      .filter((name) => /^\.\.?\//.test(name) && !name.endsWith('.css'))
      .map((name) => importedFile(file, name))
  ])
)

describe('the rooms of src', () => {
  it.each([...new Set([...allSources].map(roomOf))])('%s imports only from rooms below it', (room) => {
    const wrong = [...importsOf].flatMap(([file, reached]) =>
      reached
        .filter((path) => roomOf(file) === room && roomOf(path) !== room && !ARROWS[room]?.includes(roomOf(path)))
        .map((path) => `${file} -> ${path}`)
    )
    expect(wrong).toStrictEqual([])
  })

  it('runs a definition in one place only', () => {
    const makers = [...allSources].filter((file) => /new Destination\(/.test(readFileSync(join(root, file), 'utf8')))
    expect(makers).toStrictEqual(['src/segment/engine.ts'])
  })

  it('has no circle of imports', () => {
    const done = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
      if (path.includes(file) || done.has(file)) return
      for (const next of importsOf.get(file) ?? []) visit(next, [...path, file])
      done.add(file)
    }
    for (const file of allSources) visit(file, [])
    expect(circles).toStrictEqual([])
  })
})
