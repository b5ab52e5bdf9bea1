import difference from 'lodash/difference'
import type { Store } from '../../store/store'
import { numberKey } from '../../store/sublevel'
import type { Change, Sublevel } from '../../store/sublevel'
import type { SegmentMessage } from '../message'

interface Accepted {
  message: SegmentMessage
  /** Subscriptions that take it, by {@link routeOf}. */
  routes: string[]
}

/**
 * Messages that were answered with 200, on the disk: each is written once, and stays until its call is forgotten. Beside it
 * stand the subscriptions that have brought it a final outcome.
 */
export class AcceptedMessages {
  private readonly messages: Sublevel<Accepted>
  private readonly done: Sublevel<string[]>

  constructor(store: Store) {
    this.messages = store.sublevel('waiting')
    this.done = store.sublevel('done')
  }

  put(number: number, json: string, routes: string[]): Change {
    return this.messages.putJson(numberKey(number), `{"message":${json},"routes":${JSON.stringify(routes)}}`)
  }

  settle(number: number, done: string[]): Change {
    return this.done.put(numberKey(number), done)
  }

  forget(number: number): Change[] {
    const key = numberKey(number)
    return [this.messages.del(key), this.done.del(key)]
  }

  async get(number: number): Promise<SegmentMessage | undefined> {
    return (await this.messages.get(numberKey(number)))?.message
  }

  /** All of them, each with the subscriptions that still owe it a final outcome, in the order of acceptance. */
  async *all(): AsyncGenerator<{ number: number; message: SegmentMessage; routes: string[] }> {
    const done = new Map<string, string[]>()
    for await (const chunk of this.done.entries()) for (const [key, routes] of chunk) done.set(key, routes)
    for await (const chunk of this.messages.entries()) {
      for (const [key, { message, routes }] of chunk) {
        yield { number: Number(key), message, routes: difference(routes, done.get(key) ?? []) }
      }
    }
  }
}
