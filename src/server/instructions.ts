export interface Served {
  /** Without a slash at the end. */
  url: string
  writeKey: string
  appId: string
  /** Where a page's calls are delivered. */
  mode: string
  /** Faults of the emulator that are on. */
  faults: string[]
  /** Folder for calls that wait, if there is one. */
  data?: string
  /** Where the destination sends to, when it is the real Heap. */
  live?: string
}

/** What to do next with a server that has just started. */
export function instructions({ url, writeKey, appId, mode, faults, live, data }: Served): string {
  const endpoints = [
    ['Page', url],
    ['Tracking API', `${url}/v1/batch, /v1/track, /v1/identify, ...`],
    ['Actions Tester', `${url}/manifest, /authenticate, /<action>`],
    ['Example site', `${url}/example`],
    ['Heap', live ?? `${url}/api/track, ... (an emulator; EU below /eu)`],
    ['App ID', `${appId}, mode ${mode}`],
    ...(faults.length > 0 ? [['Faults', faults.join(' ')]] : []),
    ['Calls', data ?? 'kept in memory: a call that was answered with 200 is lost when the server is killed']
  ]
  const readBack = ['events', 'users', 'requests'].map((list) => `${url}/_emulator/${list}`)
  return [
    ...(live ? [`LIVE: every call is sent to the real Heap, ${live}`, ''] : []),
    ...endpoints.map(([name, where]) => `${name.padEnd(15)} ${where}`),
    '',
    'Send something with @segment/analytics-node:',
    `  const { Analytics } = require('@segment/analytics-node')`,
    `  const analytics = new Analytics({ writeKey: '${writeKey}', host: '${url}', flushAt: 1 })`,
    `  analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { total: 9.5 } })`,
    ...(live ? [] : ['', 'See what Heap has received:', ...readBack.map((address) => `  ${address}`)])
  ].join('\n')
}

/** The same as HTML. */
export function instructionsHtml(text: string): string {
  return `<pre>${escapeHtml(text).replace(/http:[^\s',]+/g, '<a href="$&">$&</a>')}</pre>`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (character) => entities[character])
}
