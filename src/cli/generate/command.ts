import { extname, relative } from 'node:path'
import { Command, Flags } from '@oclif/core'
import type { GeneratedFile } from './file'
import { staleFiles, writeGenerated } from './file'

/** A command that writes files from definitions, or with `--check` tells which are stale. */
export abstract class GenerateCommand extends Command {
  static baseFlags = {
    check: Flags.boolean({ description: 'write nothing; list the files that are stale and exit with 1' }),
    json: Flags.boolean({ description: 'print the paths of the files, and of those that were stale, as JSON' })
  }

  /** What the files hold, as it stands in messages. */
  protected abstract readonly what: string

  /** What is written stands beside the sources, and must not come from an older build of them. */
  protected requireSources(): void {
    if (extname(__filename) === '.ts') return
    this.error(`${this.id} works on the sources: run ./bin/dev ${this.id} in a checkout of the project`)
  }

  protected async settle(files: GeneratedFile[], { check, json }: { check: boolean; json: boolean }): Promise<void> {
    const stale = await staleFiles(files)
    if (!check) for (const file of stale) await writeGenerated(file).catch((error: Error) => this.error(error.message))
    if (json) this.log(JSON.stringify({ files: namesOf(files), stale: namesOf(stale) }, null, 2))
    else namesOf(stale).forEach((name) => this.log(name))
    if (check && stale.length > 0)
      this.error(`stale generated ${this.what}: ${stale.length}. Run ${this.id} to write them`)
    if (!check && !json) this.log(`${files.length} files of ${this.what}, ${stale.length} written`)
  }
}

function namesOf(files: GeneratedFile[]): string[] {
  return files.map(({ path }) => relative(process.cwd(), path))
}
