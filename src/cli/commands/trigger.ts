import { Args, Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { MESSAGE_TYPES } from '../../segment/message'

const MAX_COUNT = 100_000

const ENTRIES = { helpValue: 'KEY=VALUE', multiple: true, multipleNonGreedy: true } as const

type TriggerFlags = Interfaces.InferredFlags<typeof Trigger.flags>

export default class Trigger extends Command {
  static description =
    'Send a call to the running pipeline, as an SDK would\nA value that is JSON (9.5, true, {"a":1}) is sent as such.'

  static examples = [
    '<%= config.bin %> <%= command.id %> track --event "Order Completed" --user user-1 --property total=9.5',
    '<%= config.bin %> <%= command.id %> identify --user user-1 --trait plan=pro --count 100',
    '<%= config.bin %> <%= command.id %> sample audience-identify'
  ]

  static args = {
    type: Args.string({
      description: 'type of the call, or sample',
      options: [...MESSAGE_TYPES, 'sample'],
      required: true
    }),
    name: Args.string({ description: 'name of the sample' })
  }

  static flags = {
    event: Flags.string({ description: 'name of the event of a track call' }),
    name: Flags.string({ description: 'name of the page or screen' }),
    user: Flags.string({ description: 'userId' }),
    anonymous: Flags.string({ description: 'anonymousId' }),
    group: Flags.string({ description: 'groupId' }),
    property: Flags.string({ description: 'a property, can be repeated', ...ENTRIES }),
    trait: Flags.string({ description: 'a trait, can be repeated', ...ENTRIES }),
    count: Flags.integer({ description: 'how many times', default: 1, min: 1, max: MAX_COUNT }),
    url: Flags.string({ description: 'address of the server', default: 'http://127.0.0.1:3000' }),
    'write-key': Flags.string({ description: 'write key', default: 'any' }),
    json: Flags.boolean({ description: 'print the message IDs, one a line' })
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Trigger)
    const { trigger } = await import('../../testing/trigger')
    const call = args.type === 'sample' ? await this.sample(args.name) : this.call(args.type, flags)
    const ids = await trigger(call, { url: flags.url, writeKey: flags['write-key'], count: flags.count })
    if (flags.json) this.log(ids.join('\n'))
    else this.log(`calls sent: ${ids.length}; see ${flags.url}/_segment/calls/${ids[ids.length - 1]}`)
  }

  private async sample(name: string | undefined): Promise<object> {
    const { SAMPLES } = await import('../../segment/sample-calls')
    const sample = SAMPLES.find((each) => each.name === name)
    if (sample) return { ...sample.call, timestamp: new Date().toISOString() }
    const names = SAMPLES.map((each) => each.name).join(', ')
    return this.error(`${name === undefined ? 'name a sample' : `there is no sample "${name}"`}: ${names}`)
  }

  private call(type: string, flags: TriggerFlags): object {
    const { event, name, user, anonymous, group, property = [], trait = [] } = flags
    const call = { type, event, name, userId: user, anonymousId: anonymous, groupId: group }
    const properties = property.length > 0 ? { properties: this.entries('--property', property) } : {}
    const traits = trait.length > 0 ? { traits: this.entries('--trait', trait) } : {}
    return { ...call, ...properties, ...traits, context: { library: { name: 'trigger' } } }
  }

  private entries(flag: string, words: string[]): Record<string, unknown> {
    return Object.fromEntries(
      words.map((word) => {
        const at = word.indexOf('=')
        if (at < 1) this.error(`${flag} "${word}" is not KEY=VALUE`)
        return [word.slice(0, at), valueOf(word.slice(at + 1))]
      })
    )
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
