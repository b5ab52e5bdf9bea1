import { rmSync } from 'node:fs'

export default function teardown(): void {
  rmSync(process.env.SHARED_FOLDER as string, { recursive: true, force: true })
}
