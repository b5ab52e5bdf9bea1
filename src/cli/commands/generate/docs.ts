import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { GenerateCommand } from '../../generate/command'
import type { GeneratedFile } from '../../generate/file'
import { loaded } from '../../loaded'

export default class GenerateDocs extends GenerateCommand {
  static description = 'Write the tables of docs/<destination>.md, the catalog page, from the definition'

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
      flags
    )
  }

  private async pageOf(path: string, output: string): Promise<GeneratedFile> {
    await this.isFolder(path)
    const [{ catalogPage }, { loadDefinition }] = await Promise.all([
      import('../../generate/docs/catalog-page'),
      import('../../../segment/load-definition')
    ])
    const page = join(output, `${basename(resolve(path))}.md`)
    const present = await readFile(page, 'utf8').catch(() => undefined)
    const definition = await loaded(path, loadDefinition)
    try {
      return { path: page, content: catalogPage(definition, present) }
    } catch (error) {
      return this.error(`cannot write ${page}: ${(error as Error).message}`)
    }
  }
}
