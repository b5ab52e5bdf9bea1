import { readFileSync } from 'fs'
import { join } from 'path'
import { gzipSync } from 'zlib'

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
  console.log(
    `\n## heap-web bundle\n\n${gzipped} bytes gzipped, at most ${MOST_BYTES}: ${gzipped <= MOST_BYTES ? 'PASS' : 'MISS'}`
  )
  console.log(`Packages in it: ${[...packages].sort().join(', ')}`)
  if (gzipped > MOST_BYTES) process.exitCode = 1
}

void main()
