import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { openStore } from '../open'
import type { Store } from '../store'
import { removeTemporaryFolders, temporaryFolder } from '../../../test/cli/__helpers__/temporary-folder'

const KIND = { holds: 'tests', remedy: 'restore a copy' }
const CASES = 60

/** What a user is told in one line. */
const REFUSAL =
  /^[^\n]+ (is damaged \([^\n]*\): restore a copy|is not a store[^\n]*|holds [^\n]*|was written by [^\n]*)$/

const folders = { closed: '', killed: '' }
let content: Record<string, string>

beforeAll(async () => {
  const root = temporaryFolder()
  folders.closed = join(root, 'closed')
  folders.killed = join(root, 'killed')
  for (let session = 0; session < 4; session++) {
    const store = await openStore(folders.closed, KIND)
    await fill(store, session)
    if (session === 3) cpSync(folders.closed, folders.killed, { recursive: true })
    await store.close()
  }
  content = await contentOf(folders.closed)
})
afterAll(removeTemporaryFolders)

/** Entries that come, change and go. */
async function fill(store: Store, session: number): Promise<void> {
  const entries = store.sublevel<string>('entries')
  for (let write = session * 10; write < (session + 1) * 10; write++) {
    const changes = Array.from({ length: 60 }, (_, at) => {
      const key = `key-${(write * 31 + at * 7) % 700}`
      return (write + at) % 5 === 0 ? entries.del(key) : entries.put(key, `${write} ${'x'.repeat(at)}`)
    })
    await store.write(changes)
  }
}

async function contentOf(folder: string): Promise<Record<string, string>> {
  const store = await openStore(folder, KIND)
  try {
    const found: Record<string, string> = {}
    for await (const chunk of store.sublevel<string>('entries').entries())
      Object.assign(found, Object.fromEntries(chunk))
    return found
  } finally {
    await store.close()
  }
}

interface Damage {
  kind: 'flip' | 'cut' | 'remove'
  file: number
  place: number
}

const MANY = 1_000_000
const anywhere = fc.noBias(fc.nat(MANY - 1))
const damages: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'cut', 'remove'),
  file: anywhere,
  place: anywhere
})

/** Tells what it has done. */
function inflict(folder: string, { kind, file, place }: Damage): string {
  const names = readdirSync(folder).sort()
  const path = join(folder, names[file % names.length])
  const bytes = readFileSync(path)
  const at = Math.floor((place / MANY) * bytes.length)
  if (kind === 'remove') rmSync(path)
  else if (kind === 'cut') truncateSync(path, at)
  else if (bytes.length > 0) {
    bytes[at] ^= 1 << (place % 8)
    writeFileSync(path, bytes)
  }
  return `${kind} ${path} at ${at} of ${bytes.length}`
}

describe('a damaged store', () => {
  it.each(['closed', 'killed'] as const)('is refused, or holds what was written: %s', async (state) => {
    const outcomes = { right: 0, refused: 0 }
    const damaged = join(folders[state], '../damaged')
    for (const damage of fc.sample(damages, { seed: 22, numRuns: CASES })) {
      cpSync(folders[state], damaged, { recursive: true })
      const what = inflict(damaged, damage)
      const found = await contentOf(damaged).catch((error: Error) => error.message)
      const isRefused = typeof found === 'string'
      const expected: unknown = isRefused ? expect.stringMatching(REFUSAL) : content
      expect({ what, found }).toStrictEqual({ what, found: expected })
      outcomes[isRefused ? 'refused' : 'right']++
      rmSync(damaged, { recursive: true })
    }
    expect(outcomes.right).toBeGreaterThan(CASES / 10)
    expect(outcomes.refused).toBeGreaterThan(CASES / 3)
  })
})
