import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../cli/__helpers__/command-line'

/** `npm run soak` has the whole attack. */
const SMALL = ['--seconds', '3', '--calls', '1000', '--flood', '1000']

describe('the soak test', () => {
  it('finds nothing lost, doubled or out of order after kills, a full disk and rejections in the definition', async () => {
    const args = ['-r', 'ts-node/register', join(ROOT, 'bench/soak/index.ts'), ...SMALL]
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT })
    expect(stdout).toMatch(/[1-9]\d* {2}accepted/)
    expect(stdout).toMatch(/[1-9]\d* {2}rejections in the definition that nothing handled/)
    expect(stdout).toMatch(/[1-9]\d* {2}serve killed/)
  }, 300_000)
})
