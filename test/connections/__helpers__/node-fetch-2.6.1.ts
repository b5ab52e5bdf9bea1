import { createRequire } from 'node:module'
import { resolveFromCore } from './node-fetch'

// Preloaded: whoever asks for node-fetch after this gets 2.6.1, as with the lock file of Segment's monorepo.
const load = createRequire(__filename)
load('node-fetch-2.6.1')
load.cache[resolveFromCore('node-fetch')] = load.cache[load.resolve('node-fetch-2.6.1')]
