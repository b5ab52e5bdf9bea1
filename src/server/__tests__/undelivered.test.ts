import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SegmentMessage } from '../../segment/message'
import { writeUndelivered } from '../undelivered'

const NOW = new Date()
const messages = (...ids: string[]) => ids.map((messageId) => ({ messageId })) as SegmentMessage[]

const before = process.cwd()
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'undelivered ')))
const written: string[] = []
beforeAll(() => process.chdir(folder))
afterAll(() => {
  process.chdir(before)
  for (const path of [...written, folder]) rmSync(path, { recursive: true })
})

async function write(...ids: string[]): Promise<string> {
  const path = await writeUndelivered(messages(...ids), NOW)
  written.push(path)
  return path
}

describe('writeUndelivered', () => {
  it('writes one message a line, for the owner alone, and over no file that is there', async () => {
    const paths = [await write('m-1', 'm-2'), await write('m-3')]
    expect(paths.map(dirname)).toStrictEqual([folder, tmpdir()])
    expect(paths.map((path) => (statSync(path).mode & 0o777).toString(8))).toStrictEqual(['600', '600'])
    const neither = writeUndelivered(messages('m-4'), NOW)
    await expect(neither).rejects.toThrow('EEXIST')
    expect(paths.map((path) => readFileSync(path, 'utf8'))).toStrictEqual([
      '{"messageId":"m-1"}\n{"messageId":"m-2"}\n',
      '{"messageId":"m-3"}\n'
    ])
  })
})
