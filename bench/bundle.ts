import { readFileSync } from 'fs'
import { join } from 'path'
import { gzipSync } from 'zlib'
import { report } from './report'

const root = join(__dirname, '..')
const MOST_BYTES = 12500

interface Bundle {
  outfile: string
  inputs: string[]
}

/** The size of the device mode bundle, and every package in it. */
async function main(): Promise<void> {
  const { bundleHeapWeb } = (await import(join(root, 'scripts/bundle-heap-web.js'))) as {
    bundleHeapWeb: () => Promise<Bundle>
  }
  const { outfile, inputs } = await bundleHeapWeb()
  const gzipped = gzipSync(readFileSync(outfile)).length
  const packages = new Set(inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []))
  report('bundle', {
    title: 'The bundle of device mode',
    tables: [
      {
        title: 'What a page loads besides Analytics.js and heap.js',
        head: ['bytes, gzipped', 'packages in it'],
        rows: [[gzipped.toLocaleString('en'), [...packages].sort().join(', ')]]
      }
    ],
    goals: [{ text: `${gzipped} bytes gzipped, wanted at most ${MOST_BYTES}`, isMet: gzipped <= MOST_BYTES }]
  })
}

void main()
