import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Builds what is older than its sources, so that no test sees what was. */
export default function build(): void {
  execFileSync(process.execPath, [join(__dirname, '../scripts/prepare.js')], { stdio: 'inherit' })
}
