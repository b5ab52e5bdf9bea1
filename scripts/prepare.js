'use strict'

const { spawnSync } = require('node:child_process')
const { existsSync, readdirSync, rmSync, statSync, utimesSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')

/** The npm scripts of the build, each with what it reads and the file that it writes last. */
const PARTS = {
  'build:code': { reads: ['src', 'tsconfig.json', 'tsconfig.build.json'], writes: 'dist/.tsbuildinfo' },
  'build:heap-web': {
    reads: ['src/destinations/heap-web', 'src/lib', 'scripts/bundle-heap-web.js'],
    writes: 'dist/heap-web.js'
  },
  'build:page': { reads: ['src/page/client', 'src/page/protocol.ts'], writes: 'dist/page/client/index.html' }
}

const NOT_BY_COMPILER = /^(heap-web\.js|page.client)/

/** Dependencies are compiled into the bundle and the page. */
const READ_BY_ALL = ['package.json', 'package-lock.json']

function modified(path) {
  return existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0
}

/** When the last change was: a folder changes with the names in it. */
function newest(path) {
  if (!existsSync(join(root, path)) || !statSync(join(root, path)).isDirectory()) return modified(path)
  const names = readdirSync(join(root, path)).filter((name) => name !== '__tests__')
  return Math.max(modified(path), ...names.map((name) => newest(join(path, name))))
}

function isStale({ reads, writes }) {
  return modified(writes) < Math.max(...[...reads, ...READ_BY_ALL].map(newest))
}

function hasCompiler() {
  try {
    return Boolean(require.resolve('typescript'))
  } catch {
    return false
  }
}

function npm(...args) {
  console.log(`npm ${args.join(' ')}`)
  const { status } = spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  return status ?? 1
}

/** Deletes what was compiled from sources that are gone: a command among it would stay one. */
function removeOrphans() {
  if (!existsSync(join(root, 'dist'))) return
  for (const file of readdirSync(join(root, 'dist'), { recursive: true })) {
    const source = file.replace(/\.(d\.ts|js|js\.map)$/, '.ts')
    const isCompiled = source !== file && !NOT_BY_COMPILER.test(file)
    if (isCompiled && !existsSync(join(root, 'src', source))) rmSync(join(root, 'dist', file))
  }
}

function make(name) {
  if (name === 'build:code') removeOrphans()
  const file = join(root, PARTS[name].writes)
  const status = npm('run', '--silent', name)
  // The compiler writes its files in spite of errors.
  if (status !== 0) rmSync(file, { force: true })
  // It leaves its record alone when touched sources read as before, and every start would build again.
  else utimesSync(file, new Date(), new Date())
  return status
}

/** Runs those npm scripts of the build whose files are missing or older than what they are made of. */
function prepare(names = Object.keys(PARTS)) {
  const failed = names
    .filter((name) => isStale(PARTS[name]))
    .map(make)
    .find((status) => status !== 0)
  if (failed !== undefined) process.exit(failed)
}

module.exports = { modified, npm, prepare }

// `npm ci --omit=dev` runs this too.
if (require.main === module && hasCompiler()) prepare()
