import { strictEqual } from 'node:assert'
import type { ModifiedResponse, RequestClient } from '@segment/actions-core'

/** How the Heap of one case behaves; `answers` are those to its first bulk requests, `undefined` for an honest one. */
export interface Behaviour {
  /** How the text of a 400 names the item at fault. */
  naming: 'right' | 'none' | 'wrong'
  /** 413 for more items in a request. */
  maxItems: number
  answers: (Answer | undefined)[]
  links: (Answer | undefined)[]
}

export type Answer = { status: number; text: string } | { throws: string }

export interface SeenRequest {
  path: string
  /** For each item the payloads that it stands for. */
  items: number[][]
  answer: Answer
}

interface Item {
  properties?: Record<string, unknown>
  custom_properties?: Record<string, unknown>
}

/** Heap as a request client: takes a request whole or refuses it whole, and remembers. */
export class FakeHeap {
  readonly requests: SeenRequest[] = []
  readonly links: (Pick<SeenRequest, 'answer'> & { user: string })[] = []
  /** Payloads that a request was taken with, by path. */
  readonly taken = new Map<string, Set<number>>()

  constructor(private readonly behaviour: Behaviour) {}

  readonly client = (async (url: string, { json }: { json: Record<string, unknown> }) => {
    const { pathname } = new URL(url)
    strictEqual(json.app_id, '11')
    const answer = pathname === '/api/v1/identify' ? this.link(String(json.user_id)) : this.bulk(pathname, json)
    if ('throws' in answer) throw new Error(answer.throws)
    return response(answer)
  }) as RequestClient

  private link(user: string): Answer {
    const answer = this.behaviour.links[this.links.length] ?? { status: 200, text: '{}' }
    this.links.push({ user, answer })
    return answer
  }

  private bulk(path: string, body: Record<string, unknown>): Answer {
    const list = ['events', 'users', 'accounts'].find((name) => name in body) as string
    const items = body[list] as Item[]
    const answer = this.behaviour.answers[this.requests.length] ?? this.honest(list, items)
    const payloads = items.map(payloadsOf)
    this.requests.push({ path, items: payloads, answer })
    if ('status' in answer && answer.status >= 200 && answer.status < 300) this.take(path, payloads.flat())
    return answer
  }

  private honest(list: string, items: Item[]): Answer {
    const { naming, maxItems } = this.behaviour
    if (items.length > maxItems) return { status: 413, text: 'Payload Too Large' }
    const bad = items.findIndex((item) => 'poison' in propertiesOf(item))
    if (bad < 0) return { status: 200, text: list === 'accounts' ? 'OK' : '{}' }
    const place = { right: `${list}[${bad}]`, none: 'something', wrong: `${list}[${items.length}]` }[naming]
    return { status: 400, text: `postBody.${place} should be object` }
  }

  private take(path: string, payloads: number[]): void {
    const taken = this.taken.get(path) ?? new Set()
    for (const payload of payloads) {
      strictEqual(taken.has(payload), false, 'sent again after it was taken')
      taken.add(payload)
    }
    this.taken.set(path, taken)
  }
}

export function payloadsOf(item: Item): number[] {
  return Object.keys(propertiesOf(item)).flatMap((key) => (/^p\d+$/.test(key) ? [Number(key.slice(1))] : []))
}

function propertiesOf({ properties, custom_properties }: Item): Record<string, unknown> {
  return properties ?? custom_properties ?? {}
}

function response({ status, text }: { status: number; text: string }): ModifiedResponse {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch {
    data = undefined
  }
  return { status, content: text, data } as ModifiedResponse
}
