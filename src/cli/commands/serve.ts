import { join, resolve } from 'node:path'
import { Command, Flags } from '@oclif/core'
import type { Interfaces } from '@oclif/core'
import { CONNECTION_MODES } from '../../segment/connection'
import { appIdFor, LOCAL_APP_ID } from '../../segment/app-id'
import { emulatorFlags, portFlag } from '../common-flags'
import type { ServedPipeline, ServeOptions } from '../../server'
import { OWN_DESTINATIONS } from '../../segment/load-definition'
import { emulatorOptions } from '../emulator-options'
import { stopSignal } from '../stop-signal'

const MAX_DRAIN_SECONDS = 3600

type ServeFlags = Interfaces.InferredFlags<typeof Serve.flags>

export default class Serve extends Command {
  static description = 'Run a local Segment, the destination and the Heap emulator on one port'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --port 4000 --fault 503=0.2',
    '<%= config.bin %> <%= command.id %> --live --app-id 1234567890 --write-key my-key'
  ]

  static flags = {
    destination: Flags.string({ char: 'd', description: 'folder name of the destination to serve', default: 'heap' }),
    directory: Flags.string({ char: 'b', description: "folder of destination folders (default: this project's own)" }),
    noUI: Flags.boolean({ char: 'n', description: 'no WebSocket on the next port' }),
    port: portFlag(3000, 'PORT'),
    'app-id': Flags.string({
      description: `App ID of Heap (emulator: ${LOCAL_APP_ID} by default)`,
      env: 'HEAP_APP_ID'
    }),
    region: Flags.string({ description: 'where Heap keeps the data', options: ['US', 'EU'], default: 'US' }),
    'api-key': Flags.string({ description: 'API key of the App ID, for user deletion', env: 'HEAP_API_KEY' }),
    mode: Flags.option({ options: CONNECTION_MODES, default: 'cloud' })({
      description: "where a page's calls are delivered: in the cloud, by heap.js on the page, or as each source can"
    }),
    'write-key': Flags.string({ description: 'the only write key that is accepted (default: any)' }),
    live: Flags.boolean({ description: 'send to the real Heap, not to the emulator; needs an App ID' }),
    data: Flags.string({
      description: 'folder in which accepted calls wait, so that a restart delivers them',
      helpValue: 'DIR',
      default: '.segment-heap'
    }),
    json: Flags.boolean({ description: 'print a line of JSON for each change of a call, and nothing else' }),
    'no-data': Flags.boolean({ description: 'keep accepted calls in memory only' }),
    ...emulatorFlags(['live']),
    'drain-timeout': Flags.integer({
      description: 'seconds to keep delivering after Ctrl-C',
      default: 30,
      min: 0,
      max: MAX_DRAIN_SECONDS
    })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve)
    outliveOutput()
    const options = this.options(flags)
    const { servePipeline } = await import('../../server')
    const stopped = stopSignal()
    const pipeline = await servePipeline(options)
    await stopped
    await this.drain(pipeline, flags['drain-timeout'], options)
  }

  private options(flags: ServeFlags): ServeOptions {
    const appId = appIdFor(flags)
    if (flags.live && flags['write-key'] === undefined) {
      this.error('--live needs --write-key: otherwise any page could send to your Heap through this server')
    }
    const directory = resolve(flags.directory ?? OWN_DESTINATIONS)
    return {
      port: flags.port,
      directory,
      destination: flags.destination,
      watched: flags.directory === undefined ? [directory, join(directory, '../lib')] : [directory],
      settings: { appId, region: flags.region, ...(flags['api-key'] ? { apiKey: flags['api-key'] } : {}) },
      writeKey: flags['write-key'],
      mode: flags.mode,
      emulator: flags.live ? undefined : emulatorOptions({ ...flags, 'app-id': appId }),
      webSocket: !flags.noUI,
      data: flags['no-data'] ? undefined : flags.data,
      print: (line) => this.log(line),
      json: flags.json
    }
  }

  private async drain(pipeline: ServedPipeline, seconds: number, { data, json }: ServeOptions): Promise<void> {
    const say = (line: string) => (json ? this.logToStderr(line) : this.log(line))
    say('stopping: delivering the accepted calls; press Ctrl-C again to leave at once')
    const left = await pipeline.stop(seconds * 1000)
    if (left > 0 && data === undefined) this.error(`calls not delivered within ${seconds} seconds, and lost: ${left}`)
    if (left > 0) say(`calls not delivered within ${seconds} seconds: ${left}; the next start on ${data} delivers them`)
    this.exit(0)
  }
}

/** A terminal that was closed, or a full disk behind it, must not end a server before it has delivered what it accepted. */
function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    // oclif's own listener throws.
    stream.removeAllListeners('error')
    stream.on('error', () => undefined)
  }
}
