import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { pathFlag } from '../../common-flags'
import { GenerateCommand } from '../../generate/command'

export default class GenerateDocs extends GenerateCommand {
  static description = 'Write the tables of docs/<destination>.md, the catalog page, from the definition'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap --output docs'
  ]

  static flags = {
    ...pathFlag('folder of a destination'),
    output: Flags.string({ char: 'o', description: 'folder of the pages (default: docs in this project)' })
  }

  protected readonly what = 'docs'

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateDocs)
    this.requireSources()
    const { catalogPages } = await import('../../generate/docs/catalog-page')
    await this.settle(await catalogPages(flags.path, flags.output ?? join(this.config.root, 'docs')), flags)
  }
}
