const PER_REQUEST = 500
const AT_ONCE = 4

export interface FloodReport {
  acknowledged: string[]
  /** None: nothing is wrong with any. */
  refusable: string[]
  /** Answered with 429 and `Retry-After`, and not sent again. */
  turnedAway: number
  unexpected: string[]
}

/** Sends so many events as fast as it can, each once. */
export async function flood(url: string, prefix: string, events: number): Promise<FloodReport> {
  const report: FloodReport = { acknowledged: [], refusable: [], turnedAway: 0, unexpected: [] }
  let next = 0
  async function send(): Promise<void> {
    for (let first = next; first < events; first = next) {
      next += PER_REQUEST
      const ids = Array.from({ length: PER_REQUEST }, (_, offset) => `${prefix}_${first + offset}`)
      const answer = await fetch(`${url}/v1/batch`, { method: 'POST', body: JSON.stringify(bodyOf(ids)) })
      const text = await answer.text()
      if (answer.status === 200) report.acknowledged.push(...ids)
      else if (answer.status === 429 && answer.headers.has('retry-after')) report.turnedAway += ids.length
      else report.unexpected.push(`flood: ${answer.status} ${text.slice(0, 200)}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  return report
}

function bodyOf(ids: string[]): object {
  const batch = ids.map((id) => ({
    type: 'track',
    messageId: id,
    userId: `flood-${id.length}`,
    event: `Told ${id}`,
    properties: { soak_id: id, padding: 'x'.repeat(200) }
  }))
  return { writeKey: 'soak', batch }
}
