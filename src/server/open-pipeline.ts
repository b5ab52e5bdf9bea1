import { Calls } from '../segment/calls/calls'
import type { Store } from '../store/store'
import type { CallLog } from './call-log'
import { listen } from './listen'
import { Pipeline } from './pipeline'
import type { PipelineOptions } from './pipeline'

export interface OpenOptions extends Omit<PipelineOptions, 'url' | 'calls'> {
  /** 0 takes any free one. */
  port: number
  /** Where calls and their outcomes are kept. */
  store: Store
  /** Texts that no record holds. */
  secrets: string[]
  log: CallLog
}

export interface OpenPipeline {
  url: string
  port: number
  pipeline: Pipeline
  calls: Calls
  /** Ends connections at once. What waits stays in the store. */
  close(): Promise<void>
}

/**
 * A pipeline that listens on 127.0.0.1.
 * @throws CLIError when the port is taken
 */
export async function openPipeline({ port, store, secrets, ...options }: OpenOptions): Promise<OpenPipeline> {
  // Before the first request can come, which takes a while where there are many.
  const calls = await Calls.in(store, { secrets })
  const server = await listen({ port, fetch: (request, bindings) => pipeline.app.fetch(request, bindings) })
  const pipeline = new Pipeline({ ...options, url: server.url, calls })
  return {
    url: server.url,
    port: server.port,
    pipeline,
    calls,
    close: async () => {
      await server.close()
      await store.close()
    }
  }
}
