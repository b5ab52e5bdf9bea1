// oclif listens to standard output for errors from when it is loaded. Each test file of a worker loads it anew, and its
// listener would stay when the file is done: Node warns of the eleventh, in the middle of what a command prints.
const FIRST = Symbol.for('listeners before the first test file')

type Stream = NodeJS.WriteStream & { [FIRST]?: unknown[] }

for (const stream of [process.stdout, process.stderr] as Stream[]) {
  const kept = (stream[FIRST] ??= stream.listeners('error'))
  for (const listener of stream.listeners('error') as (() => void)[]) {
    if (!kept.includes(listener)) stream.off('error', listener)
  }
}
