import { dirname, join } from 'node:path'
import { Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import type { SyncOptions } from '../../../replay/audience/sync'
import type { SyncCheckpoint } from '../../../replay/audience/state'
import { settingsFlags } from '../../common-flags'
import { EXIT_INTERRUPTED, EXIT_WITH_REJECTIONS } from '../../exit-codes'
import { abortedByStop } from '../../stop-signal'

type SyncFlags = Interfaces.InferredFlags<typeof AudienceSync.flags>

export default class AudienceSync extends Command {
  static description =
    'Bring an audience into Heap as a user property, as Segment Engage does: true for all members first, then only the changes. ' +
    'Exits with 0 when all is delivered, 2 when some are rejected, 1 when it cannot go on, 130 after Ctrl-C.'

  static examples = [
    '<%= config.bin %> <%= command.id %> --name "Order Completed Last 30days" --members members.csv --dry-run',
    '<%= config.bin %> <%= command.id %> --name "Order Completed Last 30days" --members members.csv --app-id 11 --live'
  ]

  static flags = {
    name: Flags.string({
      description: 'name of the audience; its snake_case form is the user property',
      required: true
    }),
    members: Flags.string({
      description: 'CSV or NDJSON file with the id of a member in each row; - is standard input',
      required: true,
      helpValue: 'FILE'
    }),
    format: Flags.option({
      options: ['csv', 'ndjson'] as const,
      description: 'by default as the name of the file ends, else csv'
    })(),
    column: Flags.string({
      description: 'column or field with the ids (default: userId, user_id, identity or id, else the only one)'
    }),
    state: Flags.string({
      description:
        "file with the members of the last sync (default: named after audience and App ID, in the members' folder)",
      helpValue: 'FILE'
    }),
    ...settingsFlags,
    'allow-empty': Flags.boolean({ description: 'take a list without anybody for an audience without members' }),
    'dry-run': Flags.boolean({ description: 'send nothing; show how many are added, removed and unchanged' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(AudienceSync)
    const options = await this.options(flags)
    await options.state.requireSame()
    if (flags['dry-run']) return this.preview(options)
    const [{ lock }, { removeLeftovers }] = await Promise.all([
      import('../../../replay/backfill/lock'),
      import('../../../replay/backfill/leftover-files')
    ])
    await removeLeftovers([options.state.path])
    const unlock = await lock(options.state.path)
    try {
      await this.sync(options)
    } finally {
      await unlock()
    }
  }

  private async options(flags: SyncFlags): Promise<SyncOptions> {
    const [
      { openSource },
      { targetFrom },
      { Progress },
      { formatOf },
      { AudienceState },
      { keyOf },
      { rejectedPath },
      { behindLink }
    ] = await Promise.all([
      import('../../../replay/source'),
      import('../../../replay/target'),
      import('../../../replay/progress'),
      import('../../../replay/audience/member-ids'),
      import('../../../replay/audience/state'),
      import('../../../replay/audience/key'),
      import('../../../replay/backfill/checkpoint'),
      import('../../../replay/durable-file')
    ])
    const key = keyOf(flags.name)
    const source = await openSource(flags.members)
    const target = await targetFrom(flags, { sends: !flags['dry-run'] })
    const { region = 'US' } = target.settings
    const appId = target.settings.appId as string
    const header = JSON.stringify({ audience: key, heap: target.address, appId, region })
    // Not named after the file of members: a new file each day is still the same audience.
    const stateName = `${key}.${flags.live ? 'heap' : 'emulator'}-${appId}.state`
    const statePath = await behindLink(flags.state ?? join(dirname(source.path), stateName))
    return {
      source,
      members: { format: flags.format ?? formatOf(source), column: flags.column },
      state: new AudienceState(statePath, header),
      // Standard input has another audience the next time.
      rejectedFile: rejectedPath(source.isStdin ? statePath : source.path),
      target,
      key,
      allowEmpty: flags['allow-empty'],
      signal: abortedByStop(),
      progress: new Progress()
    }
  }

  private async preview(options: SyncOptions): Promise<void> {
    const { previewSync } = await import('../../../replay/audience/sync')
    if (options.state.isInterrupted) this.logToStderr('an earlier sync was interrupted; a real one finishes it first')
    const { added, removed, unchanged, rejected } = await previewSync(options)
    if (options.signal.aborted) this.exit(EXIT_INTERRUPTED)
    this.log(`${options.key}: would add ${added}, remove ${removed}, leave ${unchanged} unchanged, reject ${rejected}`)
    if (rejected > 0) this.exit(EXIT_WITH_REJECTIONS)
  }

  private async sync(options: SyncOptions): Promise<void> {
    const { finishSync, syncMembers } = await import('../../../replay/audience/sync')
    const { state, signal, key } = options
    const isSecond = state.isInterrupted
    let rejected = 0
    if (state.isFirst)
      this.logToStderr(`${key}: first sync, of all members: there is no ${state.path} of an earlier one`)
    if (isSecond) rejected += this.report('finished the interrupted sync', options, await finishSync(options))
    if (!signal.aborted) rejected += this.report('synced', options, await syncMembers(options, { isSecond }))
    if (signal.aborted) {
      this.logToStderr('stopped; the same command goes on from here')
      this.exit(EXIT_INTERRUPTED)
    }
    if (rejected > 0) this.exit(EXIT_WITH_REJECTIONS)
  }

  private report(what: string, { key, rejectedFile, signal }: SyncOptions, totals: SyncCheckpoint): number {
    const { added, removed, unchanged, rejected } = totals
    const where = rejected > 0 ? ` (${rejectedFile})` : ''
    this.log(
      `${key}: ${signal.aborted ? 'interrupted' : what}: added ${added}, removed ${removed}, unchanged ${unchanged}, rejected ${rejected}${where}`
    )
    return rejected
  }
}
