import { createHash } from 'node:crypto'
import type { HeapFault, Trouble } from './plan'

interface Told {
  plan: { troubles: Trouble[]; rich?: boolean }
  trace: string[]
}

/** Equal for equal runs. */
export function hashOf({ trace }: Pick<Told, 'trace'>): string {
  return createHash('sha256').update(trace.join('\n')).digest('hex').slice(0, 16)
}

/** What was planned and what happened, in order, for people. */
export function story(seed: number, history: Told, problems: string[]): string {
  const { plan, trace } = history
  return [
    `seed ${seed}: ${problems.length === 0 ? 'all promises are kept' : problems.join('\n  ')}`,
    `mappings: ${plan.rich ? 'with traits of events and Heap user IDs' : "the definition's own"}`,
    ...plan.troubles.map((trouble) => `trouble: ${describe(trouble)}`),
    '     time  what happened (ms)',
    ...folded(trace),
    `hash of the trace: ${hashOf(history)}`
  ].join('\n')
}

function describe(trouble: Trouble): string {
  const when = `from ${trouble.at} to ${trouble.at + trouble.ms}`
  switch (trouble.kind) {
    case 'heap':
      return `${when} Heap${trouble.path ?? ''} ${faultOf(trouble.fault)}, for ${trouble.share * 100} % of requests`
    case 'limited':
      return `${when} Heap answers ${trouble.status} to each request with user-${trouble.person}`
    case 'too large':
      return `${when} Heap answers 413 to more than ${trouble.items} items`
    case 'killed':
      return `${when} serve is down${trouble.damage ? `, and an entry of its store is ${trouble.damage}` : ''}`
    case 'disk':
      return `${when} each write to the disk ${trouble.how === 'slow' ? 'is slow' : trouble.how}`
    case 'jump':
      return `at ${trouble.at} the clock jumps by ${trouble.by}`
  }
}

function faultOf(fault: HeapFault): string {
  if ('status' in fault) {
    const { status, retryAfter } = fault
    return `answers ${status}${retryAfter === undefined ? '' : ` with Retry-After: ${retryAfter}`}`
  }
  if ('reset' in fault) return `resets the connection ${fault.reset} storing`
  if ('silence' in fault) return `never answers, ${fault.silence} storing`
  if ('slow' in fault) return `answers ${fault.slow} ms late`
  return 'garbage' in fault ? 'answers 200 with something that is not JSON' : 'refuses connections'
}

/** Lines that differ in their last word alone become one. */
function folded(lines: string[]): string[] {
  const told: string[] = []
  let last = ''
  for (const line of lines) {
    const [start] = line.split(/(?<=^ *\d+  outcome .*: )(?=\S+$)/)
    if (start === last && start !== line) told[told.length - 1] += ` ${line.slice(start.length)}`
    else told.push(line)
    last = start
  }
  return told
}
