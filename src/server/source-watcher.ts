import { once } from 'node:events'
import { basename } from 'node:path'
import { watch } from 'chokidar'
import debounce from 'lodash/debounce'

/** Editors write a file in several steps; changes this close together are one. */
const SETTLE_MS = 50

export interface SourceWatcher {
  close(): Promise<void>
}

/** Calls `onChange` once per burst of changes to the source files under `folders`, never twice at a time. */
export async function watchSources(folders: string[], onChange: () => Promise<void>): Promise<SourceWatcher> {
  const watcher = watch(folders, { ignoreInitial: true, ignored: (path) => basename(path) === 'node_modules' })
  let running = Promise.resolve()
  const changed = debounce(() => {
    running = running.then(onChange)
  }, SETTLE_MS)
  watcher.on('all', (_event, path) => {
    if (/\.(ts|js|json)$/.test(path)) changed()
  })
  await once(watcher, 'ready')
  return {
    close: async () => {
      changed.cancel()
      await watcher.close()
      await running
    }
  }
}
