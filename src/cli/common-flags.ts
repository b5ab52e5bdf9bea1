import { Args, Flags } from '@oclif/core'
import { LOCAL_APP_ID } from '../segment/app-id'

/** Leaves room for the WebSocket on the next port. */
const MAX_PORT = 65534

export function portFlag(usual: number, env?: string) {
  const description = 'port on 127.0.0.1; 0 takes any free one'
  return Flags.integer({ char: 'p', description, env, default: usual, min: 0, max: MAX_PORT })
}

/** How the emulator behaves, wherever it runs; `exclusive` names the flags under which it does not. */
export const emulatorFlags = (exclusive: string[] = []) => ({
  fault: Flags.string({
    description: 'makes the emulator fail, e.g. 429=0.1, reset-after=0.05, delay=200, next=503,pass; can be repeated',
    helpValue: 'NAME=VALUE',
    multiple: true,
    multipleNonGreedy: true,
    exclusive
  }),
  'no-rate-limits': Flags.boolean({ description: "the emulator does not enforce Heap's rate limits" })
})

const appIdFlag = {
  'app-id': Flags.string({
    description: `App ID of Heap (emulator: ${LOCAL_APP_ID} by default)`,
    env: 'HEAP_APP_ID'
  })
}

/** Which Heap a command sends to that runs beside a server. */
export const heapFlags = {
  ...appIdFlag,
  emulator: Flags.string({ description: 'address of the Heap emulator', default: 'http://127.0.0.1:3000' }),
  live: Flags.boolean({ description: 'send to the real Heap, not to an emulator', exclusive: ['emulator'] })
}

/** The destination's settings, for commands that run its actions without sending. */
export const connectionFlags = {
  ...appIdFlag,
  region: Flags.option({ options: ['US', 'EU'] as const, default: 'US' as const })({
    description: 'where Heap keeps the data',
    env: 'HEAP_REGION'
  }),
  settings: Flags.string({
    description: 'JSON file with the settings appId and region; overrides --app-id and --region',
    helpValue: 'FILE'
  })
}

export const settingsFlags = { ...heapFlags, ...connectionFlags }

/** For commands that take any number of files. */
export const filesArg = {
  files: Args.string({
    description: 'files of Segment messages, plain or .gz; - reads standard input, uncompressed, once',
    required: true
  })
}

export const mappingFlag = {
  mapping: Flags.string({
    description: 'JSON file with a list of subscriptions, or with fields for each action that replace the default ones',
    helpValue: 'FILE'
  })
}

export const jsonFlag = {
  json: Flags.boolean({ description: 'print the results as JSON, one object a line' })
}

/** Modules of users' own, where there are some. */
export function pathFlag(what: string) {
  const description = `${what} (default: every destination registered)`
  return { path: Flags.string({ char: 'p', multiple: true, description }) }
}
