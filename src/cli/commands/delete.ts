import { Command, Flags } from '@oclif/core'
import { heapFlags, jsonFlag } from '../common-flags'
import { EXIT_INTERRUPTED } from '../exit-codes'
import { abortedByStop } from '../stop-signal'

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
      description: 'seconds between two checks of the status',
      default: 5,
      min: 1
    }),
    ...jsonFlag
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Delete)
    const { deleteUsers } = await import('../../replay/deletion')
    const signal = abortedByStop()
    try {
      for await (const { id, status, users } of deleteUsers(flags, signal)) {
        this.log(flags.json ? JSON.stringify({ id, status, users }) : `deletion ${id}: users ${users}, ${status}`)
      }
    } catch (error) {
      this.error(error instanceof Error ? error.message : String(error))
    }
    if (!signal.aborted) return
    this.logToStderr('stopped waiting; Heap still carries out the deletions that were submitted')
    this.exit(EXIT_INTERRUPTED)
  }
}
