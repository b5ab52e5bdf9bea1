import { existsSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Command, Flags } from '@oclif/core'
import type { GeneratedFile } from '../../types-from-fields'

export default class GenerateTypes extends Command {
  static description = 'Write the TypeScript types of settings and payloads beside the definitions they come from'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap/*/index.ts'
  ]

  static flags = {
    path: Flags.string({
      char: 'p',
      multiple: true,
      description: 'a destination folder, or files of destinations and actions (default: every destination registered)'
    }),
    check: Flags.boolean({ description: 'write nothing; list the files that are stale and exit with 1' })
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateTypes)
    if (!existsSync(join(this.config.root, 'src'))) this.error('generate:types works in a checkout of the project only')
    const files = await this.generate(flags.path)
    const stale = (await Promise.all(files.map(async (file) => ((await isFresh(file)) ? [] : [file])))).flat()
    if (flags.check) return this.failOn(stale)
    for (const file of stale) await this.write(file)
    this.log(`${files.length} files of types, ${stale.length} written`)
  }

  private async generate(paths: string[] | undefined): Promise<GeneratedFile[]> {
    const files = await Promise.all((paths ?? (await this.registeredFolders())).map((path) => this.filesOf(path)))
    if (files.flat().length === 0) this.error(`no destination or action in ${paths?.join(', ') ?? 'the registry'}`)
    return files.flat()
  }

  private async registeredFolders(): Promise<string[]> {
    const [{ destinations }, { OWN_DESTINATIONS }] = await Promise.all([
      import('../../../index'),
      import('../../load-definition')
    ])
    return Object.keys(destinations).map((name) => join(OWN_DESTINATIONS, name))
  }

  private async filesOf(path: string): Promise<GeneratedFile[]> {
    const [{ typesOf }, { loadExport }] = await Promise.all([
      import('../../types-from-fields'),
      import('../../load-definition')
    ])
    const found = await stat(path).catch(() => this.error(`--path ${path} does not exist`))
    return typesOf(found.isDirectory() ? path : dirname(path), await loadExport(path))
  }

  private failOn(stale: GeneratedFile[]): void {
    for (const { path } of stale) this.log(relative(process.cwd(), path))
    if (stale.length) this.error(`stale generated types: ${stale.length}. Run generate:types to write them`)
  }

  private async write({ path, content }: GeneratedFile): Promise<void> {
    await writeFile(path, content).catch((error: Error) => this.error(`cannot write ${path}: ${error.message}`))
    this.log(relative(process.cwd(), path))
  }
}

async function isFresh({ path, content }: GeneratedFile): Promise<boolean> {
  return (await readFile(path, 'utf8').catch(() => undefined)) === content
}
