import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder'

export const SENDING_TOY = 'sending-toy'

interface Toy {
  /** Ends the name of every event sent. */
  suffix: string
  /** A field that only this version of the definition has: it becomes a property of every event. */
  extraField?: string
}

/** A destination that sends track calls to Heap one by one, as a file that needs no package. */
function source({ suffix, extraField }: Toy): string {
  const extra = extraField ?? 'unused'
  return `
const text = (path, required) => ({ label: path, description: path, type: 'string', required, default: { '@path': path } })
const fields = { event: text('$.event', true), user: text('$.userId', true) ${extraField ? `, ${extra}: text('$.messageId', false)` : ''} }

const sendEvent = {
  title: 'Send event',
  description: 'Sends an event.',
  fields,
  perform: (request, { payload, settings }) =>
    request('https://heapanalytics.com/api/track', {
      method: 'post',
      json: {
        app_id: settings.appId,
        events: [{ event: payload.event + '${suffix}', identity: payload.user, properties: payload.${extra} ? { ${extra}: payload.${extra} } : {} }]
      }
    })
}

const mapping = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.default]))

export default {
  name: 'Sending Toy (Actions)',
  mode: 'cloud',
  authentication: { scheme: 'custom', fields: { appId: text('', true) } },
  presets: [{ name: 'Track', type: 'automatic', subscribe: 'type = "track"', partnerAction: 'sendEvent', mapping }],
  actions: { sendEvent }
}
`
}

/** Writes the toy to a folder of its own below `directory` and returns its file. */
export function writeSendingToy(directory: string, toy: Toy): string {
  const file = join(directory, SENDING_TOY, 'index.ts')
  mkdirSync(join(directory, SENDING_TOY), { recursive: true })
  writeFileSync(file, source(toy))
  return file
}

/** A new folder with the toy in it. */
export function toyFolder(): string {
  const directory = temporaryFolder()
  writeSendingToy(directory, { suffix: '' })
  return directory
}
