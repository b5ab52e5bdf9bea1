import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Builds what is older than its sources, and names a folder that all tests of this run share. Errors of types are
 * shown and end nothing: the compiler writes what it can, and `npm run check` is there to find them.
 */
export default function setup(): void {
  spawnSync(process.execPath, [join(__dirname, '../scripts/prepare.js')], { stdio: 'inherit' })
  process.env.SHARED_FOLDER = mkdtempSync(join(tmpdir(), 'segment-heap-destination-'))
}
