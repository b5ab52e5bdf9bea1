/** Script of a page that has a Heap of its own, which notes what it is called with in `calls`. */
export const RECORDER = `
  window.calls = []
  window.recorder = {}
  for (const name of ['identify', 'resetIdentity', 'addUserProperties', 'track'])
    recorder[name] = (...args) => calls.push([name, ...args])`

/** The calls with their first text, e.g. `track Signed Up`; user properties apart. */
export function outline(calls: unknown[][]): string[] {
  return calls
    .filter(([method]) => method !== 'addUserProperties')
    .map((call) => call.filter((part) => typeof part === 'string').join(' '))
}
