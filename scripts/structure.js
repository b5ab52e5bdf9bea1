'use strict'

// Prints how the sources are divided into rooms, and what one has to read to follow an action or an event.
const { readdirSync, readFileSync, existsSync } = require('node:fs')
const { dirname, join, normalize } = require('node:path')
const ts = require('typescript')

const root = join(__dirname, '..')
const isGenerated = (file) => file.endsWith('generated-types.ts')

function sources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === '__tests__' ? [] : sources(path)
    return /\.(ts|tsx)$/.test(path) ? [path] : []
  })
}

const files = sources('src')
const lines = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1]))

/** Files that a file imports, without those of which it takes types alone when `values` is set. */
function importsOf(file, values = false) {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest)
  const found = []
  const visit = (node) => {
    const isType = ts.isImportDeclaration(node) && node.importClause?.isTypeOnly
    const named = (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier
    const called =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && node.arguments[0]
    for (const name of [named, called]) {
      if (name && ts.isStringLiteral(name) && name.text.startsWith('.') && !(values && isType)) found.push(name.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...new Set(found)].map((name) => resolved(file, name)).filter(Boolean)
}

function resolved(file, name) {
  const base = normalize(join(dirname(file), name))
  return ['', '.ts', '.tsx', '/index.ts'].map((end) => base + end).find((path) => lines.has(path))
}

function closure(file, values = false) {
  const seen = new Set()
  const visit = (path) => {
    if (seen.has(path) || isGenerated(path)) return
    seen.add(path)
    importsOf(path, values).forEach(visit)
  }
  visit(file)
  return [...seen]
}

function roomOf(file) {
  const [, room, part] = file.split('/')
  if (room === 'index.ts') return 'index'
  return room === 'destinations' ? `${room}/${part}` : room
}

function count(list) {
  return `${list.length} files, ${list.reduce((sum, file) => sum + lines.get(file), 0)} lines`
}

function circles() {
  const found = []
  const done = new Set()
  const visit = (file, path) => {
    if (path.includes(file)) return found.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file)) return
    importsOf(file).forEach((next) => visit(next, [...path, file]))
    done.add(file)
  }
  files.forEach((file) => visit(file, []))
  return found
}

/** The way of an event through the local pipeline, as docs/architecture.md tells it. */
const WAY = [
  'segment/tracking-api',
  'segment/message',
  'server/pipeline',
  'server/deliveries',
  'segment/delivery/queue',
  'segment/calls/calls',
  'segment/delivery/subscription-queue',
  'segment/engine',
  'segment/exchange',
  'segment/redirect'
]

const rooms = Map.groupBy ? Map.groupBy(files, roomOf) : new Map()
if (rooms.size === 0) for (const file of files) rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), file])
const total = [...lines.values()].reduce((sum, each) => sum + each, 0)

console.log(`src without tests: ${count(files)}\n`)
for (const [room, list] of [...rooms].sort()) {
  const share = list.reduce((sum, file) => sum + lines.get(file), 0) / total
  console.log(`  ${room.padEnd(24)} ${count(list).padEnd(24)} ${(share * 100).toFixed(0).padStart(3)} %`)
}
const action = 'src/destinations/heap/trackEvent/index.ts'
console.log(`\ntrackEvent and all that it imports: ${count(closure(action))}`)
for (const file of closure(action)) console.log(`  ${file}`)
const way = WAY.map((name) => `src/${name}.ts`)
const gone = way.filter((file) => !existsSync(join(root, file)))
if (gone.length > 0) throw new Error(`the way of an event has changed: there is no ${gone.join(', ')}`)
console.log(`\nfiles that an event passes before the destination: ${way.length}\n  ${way.join('\n  ')}`)
console.log(`\ncircles of imports: ${circles().join('\n') || 'none'}`)
