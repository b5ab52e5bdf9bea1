'use strict'

const { readFileSync } = require('node:fs')
const { join } = require('node:path')
const { gzipSync } = require('node:zlib')
const { build } = require('esbuild')

const root = join(__dirname, '..')
const outfile = join(root, 'dist/heap-web.js')

/**
 * What a page has no use for. Segment's own bundles leave Liquid out as well: it is most of mapping-kit, and `@liquid`
 * mappings stay untouched. The two that make Node's stacks pretty have nothing to do with a browser's.
 */
const STUBS = {
  './liquid-directive': 'exports.evaluateLiquid = (template) => template',
  'clean-stack': 'module.exports = (stack) => stack',
  'indent-string': 'module.exports = (text) => text'
}

const withStubs = {
  name: 'with-stubs',
  setup(bundle) {
    bundle.onResolve({ filter: /^(\.\/liquid-directive|clean-stack|indent-string)$/ }, ({ path }) => ({
      path,
      namespace: 'stub'
    }))
    bundle.onLoad({ filter: /.*/, namespace: 'stub' }, ({ path }) => ({ contents: STUBS[path] }))
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
    plugins: [withStubs],
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
