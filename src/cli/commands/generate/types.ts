import { statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Flags } from '@oclif/core'
import { pathFlag } from '../../common-flags'
import { GenerateCommand } from '../../generate/command'
import { staleFiles } from '../../generate/file'
import type { GeneratedFile } from '../../generate/file'
import { stopSignal } from '../../stop-signal'

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
    ...pathFlag('a destination folder, or files of destinations and actions'),
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
    const { typeFiles } = await import('../../generate/types-from-fields')
    const generate = () => typeFiles(flags.path)
    await this.settle(await generate(), flags)
    if (flags.watch) await this.watch(flags.path, generate)
  }

  private async watch(paths: string[] | undefined, generate: () => Promise<GeneratedFile[]>): Promise<void> {
    const [{ watchSources }, { forgetModules }, { registeredFolders }] = await Promise.all([
      import('../../../server/source-watcher'),
      import('../../../segment/load-definition'),
      import('../../destinations')
    ])
    const folders = [...new Set([join(this.config.root, 'src/lib'), ...(paths ?? registeredFolders).map(folderOf)])]
    const watcher = await watchSources(folders, async () => {
      folders.forEach(forgetModules)
      await this.again(generate)
    })
    this.log('watching for changes, Ctrl-C to stop')
    await stopSignal()
    await watcher.close()
  }

  /** What is written changes the folder in its turn, so nothing is said when nothing is stale. */
  private async again(generate: () => Promise<GeneratedFile[]>): Promise<void> {
    try {
      const files = await generate()
      if ((await staleFiles(files)).length > 0) await this.settle(files, { check: false, json: false })
    } catch (error) {
      this.logToStderr(`cannot generate: ${(error as Error).message}`)
    }
  }
}

function folderOf(path: string): string {
  return resolve(statSync(path).isDirectory() ? path : dirname(path))
}
