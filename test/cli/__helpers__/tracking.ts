export interface Answer {
  status: number
  body: unknown
}

/** POSTs JSON and reads the JSON answer. */
export async function post(url: string, body: object): Promise<Answer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  return { status: answer.status, body: await answer.json() }
}

/** The `event` and `properties` of every event the emulator has stored. */
export async function storedEvents(url: string): Promise<{ event: string; identity: string; properties: object }[]> {
  const events = (await (await fetch(`${url}/_emulator/events`)).json()) as {
    event: string
    identity: string
    properties: object
  }[]
  return events.map(({ event, identity, properties }) => ({ event, identity, properties }))
}
