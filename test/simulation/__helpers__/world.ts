import type { CallChange } from '../../../src/segment/calls/calls'
import { isMalformed, sdkCall } from './calls'
import type { Call } from './calls'
import { Disk } from './disk'
import { Network } from './network'
import { calmAt } from './plan'
import type { Plan, Send } from './plan'
import { Serve } from './serve'
import { randomFrom, VirtualTime } from './virtual-time'

/** All of it is delivered so long after the last trouble at the latest: the longest Retry-After that is honoured, and twice over. */
export const LIVENESS_MS = 10 * 60_000

const CLIENT_TRIES = 8
const CLIENT_TIMEOUT_MS = 10_000

/** A request of a client: from when to when it lasted, and whether its calls were accepted for sure, or perhaps. */
export interface Attempt {
  calls: Call[]
  from: number
  to: number
  accepted: 'yes' | 'no' | 'perhaps'
}

export interface SeenOutcome {
  messageId: string
  action: string
  status: number
  isFinal: boolean
  at: number
  error?: string
}

/** All that happened, for whoever judges it. */
export interface History {
  plan: Plan
  calls: Call[]
  attempts: Attempt[]
  outcomes: SeenOutcome[]
  network: Network
  /** When a life of the pipeline began. */
  starts: number[]
  isDrained: boolean
  drainedBy: number
  /** Calls that the next start would deliver again. */
  waiting: number
  trace: string[]
}

export async function run(plan: Plan): Promise<History> {
  const world = new World(plan)
  try {
    return await world.run()
  } finally {
    world.end()
  }
}

class World {
  private readonly time: VirtualTime
  private readonly network: Network
  private readonly disk: Disk
  private readonly trace: string[] = []
  private readonly attempts: Attempt[] = []
  private readonly outcomes: SeenOutcome[] = []
  private readonly starts: number[] = []
  private readonly calls: Call[]
  private serve?: Serve
  private life = 0
  private busy = 0
  private problem?: Error

  constructor(private readonly plan: Plan) {
    this.time = new VirtualTime(randomFrom(plan.chance))
    const tell = (line: string) => void this.trace.push(`${String(this.time.now).padStart(9)}  ${line}`)
    this.tell = tell
    this.network = new Network(this.time, plan.troubles, tell)
    this.disk = new Disk(this.time, plan.troubles, tell)
    let n = 0
    this.calls = plan.sends.flatMap(({ calls }) => calls.map((call) => ({ ...call, n, messageId: `m-${n++}` })))
  }

  private readonly tell: (line: string) => void

  async run(): Promise<History> {
    this.begin(() => this.start())
    let first = 0
    for (const send of this.plan.sends) {
      const calls = this.calls.slice(first, (first += send.calls.length))
      this.time.in(send.at, () => this.begin(() => this.client(send, calls)))
    }
    this.planTroubles()
    const end = calmAt(this.plan)
    this.time.in(end, () => this.tell('world   is calm'))
    const isOver = () => this.problem !== undefined || (this.busy === 0 && this.time.now >= end && this.isDelivered())
    const isDrained = await this.time.until(isOver, Math.max(end, 60_000) + LIVENESS_MS + 5 * 60_000)
    if (this.problem) throw this.problem
    const waiting = (await this.serve?.waiting()) ?? 0
    const { plan, calls, attempts, outcomes, network, starts, trace } = this
    const drainedBy = this.time.now
    return { plan, calls, attempts, outcomes, network, starts, isDrained, drainedBy, waiting, trace }
  }

  end(): void {
    this.network.end()
    this.time.end()
  }

  private planTroubles(): void {
    for (const trouble of this.plan.troubles) {
      const { kind, at, ms } = trouble
      if (kind === 'jump') this.time.in(at, () => this.jump(trouble.by))
      if (kind === 'killed') this.time.in(at, () => this.begin(() => this.restart(ms, trouble.damage)))
    }
  }

  /** The world goes on until everything that was begun is done. */
  private begin(work: () => Promise<void>): void {
    this.busy++
    work()
      .catch((error: Error) => (this.problem ??= error))
      .finally(() => this.busy--)
  }

  private jump(by: number): void {
    this.tell(`clock   jumps by ${by} ms`)
    this.time.jump(by)
  }

  private async start(): Promise<void> {
    const { life } = this
    const serve = await Serve.start(this.disk.open(), this.plan.rich, (outcome) => {
      if (life === this.life) this.heard(outcome)
    })
    if (life !== this.life) return
    this.tell('serve   starts')
    this.starts.push(this.time.now)
    this.serve = serve
  }

  /** Killed, and started again after `ms`. A second kill in between changes nothing. */
  private async restart(ms: number, damage?: 'lost' | 'changed'): Promise<void> {
    if (!this.serve) return
    this.tell('serve   is killed')
    this.life++
    this.serve = undefined
    this.time.forgetTimers()
    this.network.killed()
    await this.disk.killed()
    await this.time.sleep(ms)
    const putBack = damage && (await this.disk.damage(damage))
    await this.start().catch(async (error: Error) => {
      if (!putBack) throw error
      this.tell(`serve   does not start: ${error.message}`)
      await putBack()
      await this.start()
    })
  }

  private heard({ summary, attempt }: CallChange): void {
    if (!attempt) return
    const { action, status, error, retryAt } = attempt
    const messageId = summary().messageId ?? ''
    const willRetry = retryAt !== undefined
    this.tell(`outcome ${action} ${status}${willRetry ? ', again' : ''} ${error ?? ''}: ${messageId}`)
    const at = this.time.now
    this.outcomes.push({ messageId, action, status, isFinal: !willRetry, at, error })
  }

  private isDelivered(): boolean {
    return this.serve !== undefined && this.serve.pending() === 0 && this.serve.keeps() && this.disk.isQuiet()
  }

  private async client(send: Send, calls: Call[]): Promise<void> {
    await this.submit(send, calls)
    if (send.againAfter === undefined) return
    await this.time.sleep(send.againAfter)
    await this.submit(send, calls)
  }

  /** As an SDK does: the same request again until it is acknowledged, and given up in the end. */
  private async submit({ skew }: Send, calls: Call[]): Promise<void> {
    const clock = new Date(Date.now() + skew).toISOString()
    const body = JSON.stringify({
      batch: calls.map((call) => sdkCall(call, clock)),
      sentAt: clock,
      writeKey: 'key'
    })
    for (let tries = 0; tries < CLIENT_TRIES; tries++) {
      const from = this.time.now
      const answer = await this.post(body)
      const accepted = answer === 200 || answer === 400 ? 'yes' : answer === 'down' || answer === 429 ? 'no' : 'perhaps'
      this.tell(`client  ${calls.map(({ messageId }) => messageId).join(' ')}: ${answer}`)
      const wellFormed = calls.filter((call) => !isMalformed(call))
      this.attempts.push({ calls: wellFormed, from, to: this.time.now, accepted })
      if (accepted === 'yes') return
      await this.time.sleep(500 * 2 ** tries)
    }
  }

  private async post(body: string): Promise<number | 'down' | 'nothing'> {
    const { serve } = this
    if (!serve) return 'down'
    return new Promise((resolve) => {
      this.time.in(CLIENT_TIMEOUT_MS, () => resolve('nothing'))
      serve.receive(body).then(
        ({ status }) => resolve(status),
        (error: Error) => (this.problem ??= error)
      )
    })
  }
}
