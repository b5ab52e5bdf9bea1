import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { DestinationDefinition, JSONObject } from '@segment/actions-core'
import { Errors } from '@oclif/core'
import { MAX_ITEMS_PER_REQUEST } from '../lib/heap/limits'
import { subscriptionsFrom } from '../replay/backfill/subscriptions'
import type { Connection } from '../replay/target'
import { isMeantFor, subscriptionFilter } from '../segment/connection'
import type { Subscription } from '../segment/connection'
import { Engine } from '../segment/engine'
import { loadDefinition } from '../segment/load-definition'
import type { SegmentMessage } from '../segment/message'
import { requestsByEvent, requestsOf } from '../segment/requests-by-event'
import { toldBy } from '../segment/told'
import type { Told } from '../segment/told'

/** Files of mappings, and paths or modules of destinations; by default this project's own. */
export type SideFlags = Partial<Record<'before' | 'after' | 'before-definition' | 'after-definition', string>>

/** What came of an event at one side. */
export interface SideOutcome {
  told: Told[]
  /** Why the destination refuses it. */
  refusals: string[]
}

/** One of two connections that are compared. */
export class Side {
  private readonly engine: Engine
  private readonly routes: { subscription: Subscription; matches: (message: SegmentMessage) => boolean }[]
  /** Items by endpoint, of actions that send batches; requests of those that do not. */
  private readonly items = new Map<string, number>()
  private alone = 0

  constructor(
    private readonly definition: DestinationDefinition<unknown>,
    subscriptions: Subscription[],
    private readonly settings: JSONObject
  ) {
    // Core makes a schema's identifier of the name, and newer URI parsers refuse one with spaces.
    const name = definition.name.replace(/[^A-Za-z0-9.+-]+/g, '-')
    this.engine = new Engine({ definition: requestsByEvent({ ...definition, name }) })
    this.routes = subscriptions.map((subscription) => ({ subscription, matches: subscriptionFilter(subscription) }))
  }

  /** How many requests it takes, where batches are as full as can be. */
  get requests(): number {
    return [...this.items.values()].reduce((sum, count) => sum + Math.ceil(count / MAX_ITEMS_PER_REQUEST), this.alone)
  }

  /** One outcome for each message, in order. */
  async run(messages: SegmentMessage[]): Promise<SideOutcome[]> {
    const outcomes = messages.map((): SideOutcome => ({ told: [], refusals: [] }))
    for (const { subscription, matches } of this.routes) {
      const indices = [...messages.keys()].filter((index) => this.takes(messages[index], matches))
      if (indices.length > 0) await this.runSubscription(subscription, messages, indices, outcomes)
    }
    return outcomes
  }

  private takes(message: SegmentMessage, matches: (message: SegmentMessage) => boolean): boolean {
    return isMeantFor(message, this.definition.name) && matches(message)
  }

  private async runSubscription(
    { partnerAction: action, mapping = {} }: Subscription,
    messages: SegmentMessage[],
    indices: number[],
    outcomes: SideOutcome[]
  ): Promise<void> {
    const events = indices.map((index) => messages[index] as JSONObject)
    const run = await this.engine.runApart({ action, mapping, settings: this.settings }, events, { batched: true })
    const isBatched = this.definition.actions[action].performBatch !== undefined
    for (const [position, index] of indices.entries()) {
      const outcome = run.outcomes[position]
      const told = requestsOf(outcome).flatMap(toldBy)
      for (const { endpoint } of told) this.count(endpoint, isBatched)
      outcomes[index].told.push(...told)
      if (outcome.status >= 300) outcomes[index].refusals.push(outcome.error ?? `status ${outcome.status}`)
    }
  }

  private count(endpoint: string, isBatched: boolean): void {
    if (isBatched) this.items.set(endpoint, (this.items.get(endpoint) ?? 0) + 1)
    else this.alone += 1
  }
}

/** @throws CLIError that names the flag and what is wrong with it */
export async function openSide(name: 'before' | 'after', flags: SideFlags, own: Connection): Promise<Side> {
  const path = flags[`${name}-definition`]
  const definition = path === undefined ? own.definition : await definitionAt(path, `--${name}-definition`)
  const subscriptions = await subscriptionsFrom(definition, flags[name]).catch((error: Error) => {
    throw new Errors.CLIError(error.message.replace(/^--mapping/, `--${name}`))
  })
  return new Side(definition, subscriptions, own.settings)
}

async function definitionAt(path: string, flag: string): Promise<DestinationDefinition> {
  try {
    const definition = await loadDefinition(existsSync(path) ? path : moduleAt(path))
    if ((definition.mode as string) !== 'device') return definition
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    throw new Errors.CLIError(`${flag}: cannot load ${path}: ${reason}`)
  }
  throw new Errors.CLIError(`${flag}: ${path} runs in the page; only destinations in cloud mode can be compared`)
}

/** As `require` finds it from the folder one is in. */
function moduleAt(name: string): string {
  return createRequire(join(process.cwd(), 'index.js')).resolve(name)
}
