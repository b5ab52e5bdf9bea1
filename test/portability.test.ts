import { readdirSync, readFileSync } from 'fs'
import { join, relative } from 'path'
import ts from 'typescript'

const root = join(__dirname, '..')

/** What the action-destinations monorepo resolves in its own tree, besides node's built-in modules named here. */
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

function imports(file: string): string[] {
  return ts.preProcessFile(readFileSync(join(root, file), 'utf8')).importedFiles.map(({ fileName }) => fileName)
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

  it('the emulator imports nothing of the destinations', () => {
    const reached = sources('src/emulator').flatMap((file) => imports(file).map((name) => target(file, name)))
    expect(reached.filter((path) => /^src\/(destinations|lib|segment|cli)/.test(path))).toStrictEqual([])
  })

  it('nothing imports the command line but itself, and the page only the types of what its server says', () => {
    const others = sources('src').filter((file) => /\.tsx?$/.test(file) && !file.startsWith('src/cli'))
    const reached = others.flatMap((file) => imports(file).map((name) => target(file, name)))
    expect([...new Set(reached.filter((path) => path.startsWith('src/cli')))]).toStrictEqual(['src/cli/page/wire'])
    expect(imports('src/cli/page/wire.ts')).toStrictEqual([])
  })
})
