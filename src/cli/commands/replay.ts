import { Command, Flags } from '@oclif/core'

export default class Replay extends Command {
  static description = 'Send the calls again that a running server has kept because they were refused or given up'

  static examples = [
    '<%= config.bin %> <%= command.id %> --outcome given-up',
    '<%= config.bin %> <%= command.id %> --outcome refused --event "Order Completed"'
  ]

  static flags = {
    outcome: Flags.option({ options: ['refused', 'given-up'] as const, required: true })({
      description: 'which calls: refused by Heap or the destination, or given up after four hours of retries'
    }),
    event: Flags.string({ description: 'only calls of this event' }),
    url: Flags.string({ description: 'address of the server', default: 'http://127.0.0.1:3000' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Replay)
    const { outcome, event, url } = flags
    const answer = await fetch(`${url}/_segment/replay`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ outcome, event })
    }).catch(() => this.error(`no server answers at ${url}: start one with serve, or pass its address as --url`))
    if (!answer.ok) this.error(`${url} answered ${answer.status}: ${await answer.text()}`)
    const { replayed } = (await answer.json()) as { replayed: number }
    this.log(`calls sent again: ${replayed}`)
  }
}
