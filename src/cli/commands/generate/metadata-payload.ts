import { pathFlag } from '../../common-flags'
import { GenerateCommand } from '../../generate/command'

export default class GenerateMetadataPayload extends GenerateCommand {
  static description = 'Write metadata.json, which describes a destination to Segment, beside its definition'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap'
  ]

  static flags = pathFlag('folder or file of a destination')

  protected readonly what = 'metadata'

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateMetadataPayload)
    this.requireSources()
    const { metadataFiles } = await import('../../generate/metadata')
    await this.settle(await metadataFiles(flags.path), flags)
  }
}
