import { dirname } from 'node:path'
import { Flags } from '@oclif/core'
import { GenerateCommand } from '../../generate/command'
import type { GeneratedFile } from '../../generate/file'
import { loaded } from '../../loaded'

export default class GenerateMetadataPayload extends GenerateCommand {
  static description = 'Write metadata.json, which describes a destination to Segment, beside its definition'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap'
  ]

  static flags = {
    path: Flags.string({
      char: 'p',
      multiple: true,
      description: 'folder or file of a destination (default: every destination registered)'
    })
  }

  protected readonly what = 'metadata'

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateMetadataPayload)
    this.requireSources()
    const paths = flags.path ?? (await import('../../registered-destinations')).registeredFolders
    await this.settle(await Promise.all(paths.map((path) => this.fileOf(path))), flags)
  }

  private async fileOf(path: string): Promise<GeneratedFile> {
    const [{ metadataFile }, { loadDefinition }] = await Promise.all([
      import('../../generate/metadata'),
      import('../../../segment/load-definition')
    ])
    const folder = (await this.isFolder(path)) ? path : dirname(path)
    return metadataFile(folder, await loaded(path, loadDefinition))
  }
}
