import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import isEmpty from 'lodash/isEmpty'
import pickBy from 'lodash/pickBy'
import type { JsonObject } from '../protocol'
import type { LiquidWork } from './liquid-worker'

const LIMIT_MS = 1000
const MAX_MEMORY_MB = 128

/** As the sources run, as TypeScript. */
const EXTENSION = extname(__filename)
const execArgv = EXTENSION === '.ts' ? ['-r', 'ts-node/register'] : []

/**
 * The field of a mapping whose Liquid is not done with these events in a second, or in little memory. It is tried in a
 * thread of its own first: anyone can make a link with such a mapping, and it would stop the server for all.
 */
export async function slowLiquid(mapping: JsonObject, events: JsonObject[]): Promise<string | undefined> {
  const withLiquid = pickBy(mapping, (value) => JSON.stringify(value)?.includes('"@liquid"'))
  if (isEmpty(withLiquid)) return undefined
  const workerData: LiquidWork = { mapping: withLiquid, events }
  const resourceLimits = { maxOldGenerationSizeMb: MAX_MEMORY_MB }
  const worker = new Worker(join(__dirname, `liquid-worker${EXTENSION}`), { workerData, resourceLimits, execArgv })
  try {
    return await unfinished(worker)
  } finally {
    await worker.terminate()
  }
}

/** Time counts from the first field on: until then the thread starts. */
function unfinished(worker: Worker): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    let current: string | undefined
    let timer: NodeJS.Timeout | undefined
    worker.on('message', (field: string) => {
      current = field
      timer ??= setTimeout(() => resolve(current), LIMIT_MS)
    })
    worker.on('error', (error) => (current === undefined ? reject(error) : resolve(current)))
    worker.on('exit', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}
