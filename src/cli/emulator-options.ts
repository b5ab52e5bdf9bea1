import { Errors } from '@oclif/core'
import { parseFaults } from '../emulator'
import type { EmulatorOptions, Faults } from '../emulator'
import { LOCAL_APP_ID } from './common-flags'

interface EmulatorFlags {
  fault?: string[]
  'no-rate-limits': boolean
  'app-id': string
  'api-key'?: string
}

/** @throws CLIError that names the wrong flag */
export function emulatorOptions(flags: EmulatorFlags): EmulatorOptions {
  const { 'app-id': appId, 'api-key': apiKey, 'no-rate-limits': noRateLimits } = flags
  return {
    faults: faultsFrom(flags.fault ?? []),
    rateLimits: !noRateLimits,
    apiKeys: apiKey === undefined ? undefined : { [checkedAppId(appId)]: apiKey }
  }
}

/**
 * The App ID to send with; any digits do for an emulator.
 * @throws CLIError when the real Heap has none, or when it is not what Heap calls an App ID
 */
export function appIdFor(flags: { 'app-id'?: string; live: boolean }): string {
  if (flags.live && !flags['app-id']) {
    throw new Errors.CLIError('--live needs the App ID of your Heap environment: add --app-id')
  }
  return checkedAppId(flags['app-id'] ?? LOCAL_APP_ID)
}

/** @throws CLIError when it is not what Heap calls an App ID */
function checkedAppId(appId: string): string {
  if (/^\d+$/.test(appId)) return appId
  throw new Errors.CLIError(`--app-id must be digits, as in heap.load('APP_ID') of Heap's snippet; got "${appId}"`)
}

function faultsFrom(words: string[]): Faults {
  try {
    return parseFaults(words)
  } catch (error) {
    throw new Errors.CLIError(`--fault: ${(error as Error).message}`)
  }
}
