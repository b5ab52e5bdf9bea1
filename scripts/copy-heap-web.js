'use strict'

const { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } = require('node:fs')
const { dirname, join, relative, resolve, sep } = require('node:path')
const prettier = require('prettier')
const ts = require('typescript')

const SOURCES = join(__dirname, '../src')
const HEAP_WEB = join(SOURCES, 'destinations/heap-web')
const LIB = join(SOURCES, 'lib')

/**
 * Fills a package of the monorepo's browser destinations: heap-web as its `src`, what heap-web uses of `src/lib` as
 * `src/lib`, because such a package compiles nothing outside of its `src`, and `metadata.json` beside it.
 */
async function copyHeapWeb(folder) {
  const src = join(folder, 'src')
  if (!existsSync(join(folder, 'package.json'))) throw new Error(`${folder} is not a package: it has no package.json`)
  if (existsSync(src)) throw new Error(`${src} exists. Remove it first, or files left over would be compiled`)
  const files = reachedFiles().map((file) => [file, join(src, placeOf(file))])
  for (const [file, target] of files) await copy(file, target)
  cpSync(join(HEAP_WEB, 'metadata.json'), join(folder, 'metadata.json'))
  return files.length
}

/** All of heap-web, and what it imports. */
function reachedFiles() {
  const names = readdirSync(HEAP_WEB, { recursive: true }).filter((name) => name.endsWith('.ts'))
  const reached = new Set(names.map((name) => join(HEAP_WEB, name)))
  for (const file of reached) for (const name of importsOf(file)) reached.add(fileAt(resolve(dirname(file), name)))
  return [...reached]
}

function importsOf(file) {
  const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'))
  return importedFiles.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'))
}

function fileAt(path) {
  return [`${path}.ts`, join(path, 'index.ts')].find((file) => existsSync(file)) ?? path
}

/** Where a file, or what an import names, stands under the package's `src`. */
function placeOf(path) {
  if (isIn(HEAP_WEB, path)) return relative(HEAP_WEB, path)
  if (isIn(LIB, path)) return join('lib', relative(LIB, path))
  throw new Error(`heap-web imports ${relative(SOURCES, path)}, but only src/lib can be copied with it`)
}

function isIn(folder, path) {
  return !relative(folder, path).startsWith('..')
}

async function copy(file, target) {
  mkdirSync(dirname(target), { recursive: true })
  const text = readFileSync(file, 'utf8')
  const moved = withMovedImports(file, text)
  writeFileSync(target, moved === text ? text : await formatted(file, moved))
}

/** With the way to `lib` that is right in the package; the rest stays as it is. */
function withMovedImports(file, text) {
  if (!isIn(HEAP_WEB, file)) return text
  return importsOf(file)
    .filter((name) => isIn(LIB, resolve(dirname(file), name)))
    .reduce((moved, name) => moved.replaceAll(`'${name}'`, `'${wayTo(name, file)}'`), text)
}

function wayTo(name, file) {
  const way = relative(dirname(placeOf(file)), placeOf(resolve(dirname(file), name)))
    .split(sep)
    .join('/')
  return way.startsWith('.') ? way : `./${way}`
}

/** A shorter import may fit on one line. */
async function formatted(file, text) {
  return prettier.format(text, { ...(await prettier.resolveConfig(file)), filepath: file })
}

async function main([folder]) {
  if (!folder) throw new Error('usage: node scripts/copy-heap-web <folder of a package of browser-destinations>')
  console.log(`${await copyHeapWeb(folder)} files copied to ${join(folder, 'src')}`)
}

main(process.argv.slice(2)).catch(({ message }) => {
  console.error(message)
  process.exitCode = 1
})
