import type { JournalLine } from './heap'
import type { Ledger } from './ledger'

export interface Findings {
  ledger: Ledger
  /** Users whose last trait or membership is not the one accepted last. */
  outdated: string[]
  /** What was done to the parts, and how often. */
  troubles: [name: string, count: number][]
  hostile: Map<string, number>
  unexpected: string[]
  serve: { peakMb: number; exitCode: number | null; retries: number }
}

/** Requests to Heap by what came of them: a fault's name, else the status. */
export function faultCounts(lines: JournalLine[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { fault, status } of lines) {
    const kind = fault ?? String(status)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return [...counts].sort()
}

/** Events that were sent again although Heap had taken them: after a lost answer, Segment cannot know. */
export function repeated(lines: JournalLine[]): number {
  const keys = lines.flatMap(
    ({ body }) => (body as { events?: { idempotency_key: string }[] } | undefined)?.events ?? []
  )
  return keys.length - new Set(keys.map(({ idempotency_key }) => idempotency_key)).size
}

export function print({ ledger, outdated, troubles, hostile, unexpected, serve }: Findings): void {
  section('Ledger', [
    ['accepted', ledger.accepted],
    ['delivered', ledger.delivered],
    ['refused for good', [...ledger.refused.values()].reduce((sum, count) => sum + count, 0)],
    ['lost', ledger.lost.length],
    ['doubled', ledger.doubled.length],
    ['refused and yet delivered', ledger.contradictory.length],
    ['refused without a reason', ledger.undeserved.length],
    ['users with an old trait or membership', outdated.length]
  ])
  section('Refused for good', [...ledger.refused])
  section('Troubles', troubles)
  section('Hostile requests', [...hostile])
  section('serve', [
    ['peak memory, MB', serve.peakMb],
    ['attempts to be repeated', serve.retries],
    ['exit code', serve.exitCode ?? -1]
  ])
  const { lost, doubled, contradictory, undeserved } = ledger
  const examples = [lost, doubled, contradictory, undeserved, outdated].flatMap((ids) => ids.slice(0, 20))
  for (const line of [...unexpected, ...examples]) console.log(`  ${line}`)
}

function section(title: string, rows: [string, number][]): void {
  console.log(`\n${title}`)
  for (const [name, value] of rows) console.log(`${String(value).padStart(10)}  ${name}`)
}

export function isClean({ ledger, outdated, unexpected, serve }: Findings): boolean {
  const wrong = [ledger.lost, ledger.doubled, ledger.contradictory, ledger.undeserved, outdated, unexpected]
  return wrong.every(({ length }) => length === 0) && serve.exitCode === 0 && ledger.accepted > 0
}
