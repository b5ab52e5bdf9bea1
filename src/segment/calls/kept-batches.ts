import type { Change } from '../../store/sublevel'
import type { Exchange } from '../exchange'
import { redactExchange } from '../redact'
import type { CallArchive } from './call-archive'
import type { RecordedExchange } from './call-record'
import type { KeptAttempt, Place } from './open-call'

/** One attempt at delivering some calls together. */
export interface BatchRun {
  /** Milliseconds since 1970. */
  startedAt: number
  milliseconds: number
  /** Calls in it. */
  size: number
  exchanges: Exchange[]
}

interface KeptBatch {
  id: number
  /** By item of its requests. */
  places: Map<unknown, Place[]>
}

/** The exchanges of attempts, each kept once for all the calls that went together. */
export class KeptBatches {
  private readonly known = new WeakMap<BatchRun, KeptBatch>()

  constructor(
    private readonly archive: CallArchive,
    private readonly secrets: string[],
    private readonly write: (change: Change) => void
  ) {}

  /** What a call names of its attempt; `sent` is what the action says it sent. */
  of(run: BatchRun, sent: unknown): Pick<KeptAttempt, 'exchanges' | 'places' | 'sent'> {
    if (run.exchanges.length === 0) return { exchanges: null, places: [] }
    const { id, places } = this.known.get(run) ?? this.keep(run)
    const found = places.get(sent)
    return found ? { exchanges: id, places: found } : { exchanges: id, places: [], sent }
  }

  private keep(run: BatchRun): KeptBatch {
    const exchanges = run.exchanges.map((exchange) => recorded(exchange, this.secrets))
    const [id, change] = this.archive.addBatch(exchanges, run.size)
    this.write(change)
    const batch = { id, places: placesIn(run) }
    this.known.set(run, batch)
    return batch
  }
}

/** As the record keeps it. */
export function recorded(exchange: Exchange, secrets: string[]): RecordedExchange {
  const { request, response, milliseconds } = redactExchange(exchange, secrets)
  return { request, response, problem: response ? null : 'no answer', milliseconds }
}

/** Actions tell what they sent for a call by the very object that went into the request. */
function placesIn({ exchanges }: BatchRun): Map<unknown, Place[]> {
  const places = new Map<unknown, Place[]>()
  exchanges.forEach(({ items }, exchange) => {
    items.forEach((item, index) => {
      const known = places.get(item)
      if (known) known.push([exchange, index])
      else places.set(item, [[exchange, index]])
    })
  })
  return places
}
