import { Command, Flags } from '@oclif/core'
import { LOCAL_APP_ID } from '../../segment/app-id'
import { emulatorFlags, portFlag } from '../common-flags'
import { emulatorOptions } from '../emulator-options'
import { stopSignal } from '../stop-signal'

export default class Emulate extends Command {
  static description = 'Run the Heap emulator alone'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --fault 429=0.1 --fault retry-after=1'
  ]

  static flags = {
    port: portFlag(3001),
    ...emulatorFlags(),
    'app-id': Flags.string({
      description: 'App ID that the API key belongs to',
      env: 'HEAP_APP_ID',
      default: LOCAL_APP_ID
    }),
    'api-key': Flags.string({ description: 'the only API key it accepts (default: any)', env: 'HEAP_API_KEY' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Emulate)
    const { serveEmulator } = await import('../../server/serve-emulator')
    const options = emulatorOptions(flags)
    const stopped = stopSignal()
    const server = await serveEmulator(flags.port, options, (line) => this.log(line))
    this.log(server.instructions)
    this.log(`ready at ${server.url}`)
    await stopped
    await server.close()
    this.exit(0)
  }
}
