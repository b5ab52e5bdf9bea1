import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { median } from '../measure'
import type { Memory } from './memory'

const REPEATS = 3
// In the project's own node_modules, so that the bundle finds the same packages as the sources.
const BUNDLE = 'node_modules/.cache/bench/memory.js'

/** Compiled, because a compiler would be most of the memory. */
export function buildMemoryChild(): void {
  const entryPoints = [join(__dirname, 'memory.ts')]
  buildSync({ entryPoints, outfile: BUNDLE, bundle: true, platform: 'node', packages: 'external' })
}

/** Medians of fresh processes, in MB. */
export function measureMemory(name: string, url: string, events: number): Memory {
  const runs = Array.from({ length: REPEATS }, () => {
    return JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', BUNDLE, name, url, String(events)], { encoding: 'utf8' })
    ) as Memory
  })
  return { peak: median(runs.map(({ peak }) => peak)), held: median(runs.map(({ held }) => held)) }
}
