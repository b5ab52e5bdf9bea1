import { EXIT_INTERRUPTED } from './exit-codes'

/**
 * One Ctrl-C arrives up to three times: the terminal signals every process of its group, and npm and bin/start pass
 * theirs on. Nobody presses it twice on purpose this fast.
 */
const SAME_SIGNAL_MS = 500

/** Resolves on the first SIGTERM, SIGHUP (the terminal was closed) or Ctrl-C; a Ctrl-C after that ends the process at once. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined
    const stop = (signal: NodeJS.Signals) => {
      if (first === undefined) {
        first = Date.now()
        resolve(signal)
      } else if (signal === 'SIGINT' && Date.now() - first > SAME_SIGNAL_MS) process.exit(EXIT_INTERRUPTED)
    }
    process.on('SIGTERM', stop)
    process.on('SIGHUP', stop)
    process.on('SIGINT', stop)
  })
}

/** Aborts on the first of these. */
export function abortedByStop(): AbortSignal {
  const stop = new AbortController()
  void stopSignal().then(() => stop.abort())
  return stop.signal
}
