import { Agent } from 'node:https'
import { Duplex } from 'node:stream'
import type { DestinationDefinition, RequestOptions } from '@segment/actions-core'

const ANSWER = [
  'HTTP/1.1 200 OK',
  'Content-Type: application/json',
  'Content-Length: 2',
  'Connection: close',
  '',
  '{}'
].join('\r\n')

/** A connection to nowhere: whatever is written to it, it answers 200. */
class AnsweringConnection extends Duplex {
  private answered = false

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    if (!this.answered) this.push(ANSWER)
    this.answered = true
    done()
  }

  override _final(done: () => void): void {
    this.push(null)
    done()
  }
}

class AnsweringAgent extends Agent {
  /** Node compares it with the URL's only when there is one: this agent serves `https:` too, as nothing travels. */
  readonly protocol = undefined

  createConnection(): Duplex {
    return new AnsweringConnection()
  }
}

/**
 * The same definition, none of whose requests leaves the process: core builds them to the last header, and each is
 * answered with 200 and `{}`.
 */
export function unsentRequests<Settings>(definition: DestinationDefinition<Settings>): DestinationDefinition<Settings> {
  const agent = new AnsweringAgent() as RequestOptions['agent']
  return { ...definition, extendRequest: (data) => ({ ...definition.extendRequest?.(data), agent }) }
}
