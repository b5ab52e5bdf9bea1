import { appendFileSync } from 'node:fs'

const OUTCOME = /^\d\d:\d\d:\d\d {2}(.+?) {2}→ \w+ (\d{3})(.*)$/
const UNCLAIMED = /no subscription takes the \w+ call (\w+)/
const ID = /\b[chf]\d_\d+/

/** What `serve` prints about calls: which of them have been refused for good, and why. */
export class DeliveryLog {
  /** Reason by ID. */
  readonly refused = new Map<string, string>()
  retries = 0

  /** Keeps the lines in a file, too. */
  constructor(private readonly path: string) {}

  readonly add = (line: string): void => {
    appendFileSync(this.path, `${line}\n`)
    const [, unclaimed] = UNCLAIMED.exec(line) ?? []
    if (unclaimed) this.refused.set(unclaimed, 'no action takes this type of call')
    const [, names, status, rest] = OUTCOME.exec(line) ?? []
    if (names === undefined) return
    if (rest.includes('will be retried')) this.retries++
    else if (Number(status) >= 300) this.refuse(names, `${status}${rest}`)
  }

  private refuse(names: string, reason: string): void {
    const [id] = ID.exec(names) ?? []
    if (id) this.refused.set(id, general(reason))
  }
}

/** The same reason in the same words, whatever call it is about. */
function general(reason: string): string {
  return reason
    .replace(/\(attempt \d+\)/, '')
    .replace(/\[\d+\]/, '[N]')
    .replace(/has \d+ characters/, 'has N characters')
    .trim()
}
