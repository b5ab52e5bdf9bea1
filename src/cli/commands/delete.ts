import { Command, Flags } from '@oclif/core'
import { heapFlags } from '../common-flags'
import { stopSignal } from '../stop-signal'

export default class Delete extends Command {
  static description = 'Delete users from Heap, as a privacy deletion from Segment does'

  static examples = [
    '<%= config.bin %> <%= command.id %> --user-id user-1 --app-id 11 --api-key any --wait',
    '<%= config.bin %> <%= command.id %> --user-id user-1 --user-id user-2 --app-id 11 --api-key KEY --live'
  ]

  static flags = {
    'user-id': Flags.string({
      description: 'userId of a user to delete; can be repeated',
      required: true,
      multiple: true
    }),
    ...heapFlags,
    'api-key': Flags.string({
      description: "API key of the Main Production environment's App ID",
      env: 'HEAP_API_KEY',
      required: true
    }),
    wait: Flags.boolean({ description: 'wait until Heap has completed the deletion' }),
    'poll-interval': Flags.integer({
      description: 'seconds between two questions',
      default: 5,
      min: 1
    })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Delete)
    const { completion, heapRequestClient, submitDeletions } = await import('../../replay/deletion')
    const { appIdFor } = await import('../../segment/app-id')
    const request = heapRequestClient(flags.live ? undefined : flags.emulator)
    const settings = { appId: appIdFor(flags), apiKey: flags['api-key'] }
    void stopSignal().then(() => this.leave())
    try {
      for await (const { id, status, users } of submitDeletions(request, settings, flags['user-id'])) {
        this.log(`deletion ${id}: users ${users}, ${status}`)
        if (flags.wait) {
          this.log(`deletion ${id}: ${await completion(request, settings, id, flags['poll-interval'] * 1000)}`)
        }
      }
    } catch (error) {
      this.error(error instanceof Error ? error.message : String(error))
    }
  }

  private leave(): never {
    this.log('stopped asking; Heap goes on with what was submitted')
    return process.exit(1)
  }
}
