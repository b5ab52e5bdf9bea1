import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { GenerateCommand } from '../../generate/command'
import { staleFiles } from '../../generate/file'
import { loaded } from '../../loaded'
import type { GeneratedFile } from '../../generate/file'

export default class GenerateTypes extends GenerateCommand {
  static description = 'Write the TypeScript types of settings and payloads beside the definitions they come from'

  static examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
    '<%= config.bin %> <%= command.id %> --watch',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap',
    '<%= config.bin %> <%= command.id %> --path src/destinations/heap/*/index.ts'
  ]

  static flags = {
    path: Flags.string({
      char: 'p',
      multiple: true,
      description: 'a destination folder, or files of destinations and actions (default: every destination registered)'
    }),
    watch: Flags.boolean({
      char: 'w',
      description: 'write them again whenever a source changes, until Ctrl-C',
      exclusive: ['check']
    })
  }

  protected readonly what = 'types'

  async run(): Promise<void> {
    const { flags } = await this.parse(GenerateTypes)
    this.requireSources()
    const paths = flags.path ?? (await import('../../registered-destinations')).registeredFolders
    await this.settle(await this.generate(paths), flags)
    if (flags.watch) await this.watch(paths)
  }

  private async generate(paths: string[]): Promise<GeneratedFile[]> {
    const files = (await Promise.all(paths.map((path) => this.filesOf(path)))).flat()
    if (files.length === 0) this.error(`no destination or action in ${paths.join(', ')}`)
    return files
  }

  private async filesOf(path: string): Promise<GeneratedFile[]> {
    const [{ typesOf }, { loadExport }] = await Promise.all([
      import('../../generate/types-from-fields'),
      import('../../../segment/load-definition')
    ])
    const folder = (await this.isFolder(path)) ? path : dirname(path)
    return typesOf(folder, await loaded(path, loadExport))
  }

  private async watch(paths: string[]): Promise<void> {
    const [{ watchSources }, { forgetModules }, { stopSignal }] = await Promise.all([
      import('../../../server/source-watcher'),
      import('../../../segment/load-definition'),
      import('../../stop-signal')
    ])
    const folders = [...new Set([join(this.config.root, 'src/lib'), ...paths.map(folderOf)])]
    const watcher = await watchSources(folders, async () => {
      folders.forEach(forgetModules)
      await this.again(paths)
    })
    this.log('watching for changes, Ctrl-C to stop')
    await stopSignal()
    await watcher.close()
  }

  /** What is written changes the folder in its turn, so nothing is said when nothing is stale. */
  private async again(paths: string[]): Promise<void> {
    try {
      const files = await this.generate(paths)
      if ((await staleFiles(files)).length > 0) await this.settle(files, { check: false, json: false })
    } catch (error) {
      this.logToStderr(`cannot generate: ${(error as Error).message}`)
    }
  }
}

function folderOf(path: string): string {
  return resolve(statSync(path).isDirectory() ? path : dirname(path))
}
