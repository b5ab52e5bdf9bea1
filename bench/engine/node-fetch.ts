import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Puts node-fetch 2.6.1, which the monorepo's lock file installs, in the place of what core's fetch would load. */
export function useOldNodeFetch(owner: NodeJS.Require): void {
  const own = createRequire(join(process.cwd(), 'package.json'))
  const inCrossFetch = createRequire(createRequire(owner.resolve('@segment/actions-core')).resolve('cross-fetch'))
  own('node-fetch-2.6.1')
  own.cache[inCrossFetch.resolve('node-fetch')] = own.cache[own.resolve('node-fetch-2.6.1')]
}
