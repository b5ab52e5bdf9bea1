import { basename, join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { GenerateCommand } from '../../generate/command'
import type { GeneratedFile } from '../../generate/file'

export default class GenerateDocs extends GenerateCommand {
  static description = 'Write the catalog page of a destination, docs/<destination>.md, from its definition'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap --output docs'
  ]

  static flags = {
    path: Flags.string({
      char: 'p',
      multiple: true,
      description: 'folder of a destination (default: every destination registered)'
    }),
    output: Flags.string({ char: 'o', description: 'folder of the pages (default: docs in this project)' })
  }

  protected readonly what = 'docs'

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateDocs)
    this.requireSources()
    const { registeredFolders } = await import('../../registered-destinations')
    const output = flags.output ?? join(this.config.root, 'docs')
    await this.settle(
      await Promise.all((flags.path ?? registeredFolders).map((path) => this.pageOf(path, output))),
      flags.check
    )
  }

  private async pageOf(path: string, output: string): Promise<GeneratedFile> {
    await this.isFolder(path)
    const [{ catalogPage }, { notesOn }, { loadDefinition }] = await Promise.all([
      import('../../generate/docs/catalog-page'),
      import('../../generate/docs/notes'),
      import('../../../segment/load-definition')
    ])
    const definition = await loadDefinition(path)
    return {
      path: join(output, `${basename(resolve(path))}.md`),
      content: catalogPage(definition, await notesOn(definition))
    }
  }
}
