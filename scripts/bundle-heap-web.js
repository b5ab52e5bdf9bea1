'use strict'

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { gzipSync } = require('node:zlib')
const { build } = require('esbuild')

const root = join(__dirname, '..')
const outfile = join(root, 'dist/heap-web.js')

/**
 * What a page has no use for. Segment's own bundles leave Liquid out as well: it is most of mapping-kit, and `@liquid`
 * mappings stay untouched. The two that make Node's stacks pretty have nothing to do with a browser's, and the third
 * patches classes in old ones.
 */
const STUBS = {
  './liquid-directive': 'exports.evaluateLiquid = (template) => template',
  'clean-stack': 'module.exports = (stack) => stack',
  'ts-custom-error': 'exports.CustomError = Error',
  'indent-string': 'module.exports = (text) => text'
}

const withStubs = {
  name: 'with-stubs',
  setup(bundle) {
    bundle.onResolve({ filter: /^(\.\/liquid-directive|clean-stack|indent-string|ts-custom-error)$/ }, ({ path }) => ({
      path,
      namespace: 'stub'
    }))
    bundle.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: STUBS[path] }))
  }
}

/** What only Segment's app reads: the fields of actions, the texts of settings, presets. A third of our own code. */
const FOR_THE_APP =
  /^  fields: \{\n[^]*?^  \},?$|^  presets: \[\n[^]*?^  \],?$|^ +(?:label|description):\s+(["']).*\1,?$/gm

const forPages = {
  name: 'for-pages',
  setup(bundle) {
    bundle.onLoad({ filter: /\/heap-web\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(FOR_THE_APP, (text) => text.replace(/[^\n]/g, '')),
      loader: 'ts'
    }))
  }
}

/** The device mode plugin as Segment's loader wants it: a global that is the plugin factory. */
async function bundleHeapWeb() {
  const { metafile } = await build({
    entryPoints: [join(root, 'src/destinations/heap-web/index.ts')],
    outfile,
    bundle: true,
    minify: true,
    sourcemap: true,
    metafile: true,
    target: 'es2020',
    // Its ESM build, because the `browser` field of Segment's FQL parser points to one that cannot be shaken.
    mainFields: ['module', 'browser', 'main'],
    format: 'iife',
    globalName: 'heapWebDestination',
    footer: { js: 'heapWebDestination=heapWebDestination.default' },
    plugins: [withStubs, forPages],
    logLevel: 'warning'
  })
  return { outfile, inputs: Object.keys(Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint).inputs) }
}

module.exports = { bundleHeapWeb }

if (require.main === module) {
  bundleHeapWeb().then(({ inputs }) => {
    const code = readFileSync(outfile)
    console.log(`dist/heap-web.js: ${code.length} bytes, gzipped ${gzipSync(code).length}, of ${inputs.length} files`)
    if (process.argv.includes('--list')) console.log(inputs.join('\n'))
  })
}
