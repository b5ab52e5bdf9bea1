import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const load = createRequire(__filename)
const crossFetch = createRequire(load.resolve('@segment/actions-core')).resolve('cross-fetch')
const inCrossFetch = createRequire(crossFetch)

/** The file that core's fetch gets by this name. */
export function resolveFromCore(name: string): string {
  return inCrossFetch.resolve(name)
}

/** The version of the node-fetch that core's requests go through, whatever file its name leads to. */
export function nodeFetchVersion(): string {
  const file = inCrossFetch.cache[resolveFromCore('node-fetch')]?.filename
  if (!file) throw new Error('node-fetch is not loaded')
  const { Response, version } = {
    ...(load(file) as object),
    ...(load(join(dirname(file), '../package.json')) as object)
  } as Record<string, unknown>
  if ((load(crossFetch) as { Response?: unknown }).Response !== Response)
    throw new Error(`cross-fetch does not use ${file}`)
  return String(version)
}
