import { Errors } from '@oclif/core'
import { parseFaults } from '../emulator/parse-faults'
import type { EmulatorOptions, Faults } from '../emulator'
import { checkedAppId } from '../segment/app-id'

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

export function faultsFrom(words: string[]): Faults {
  try {
    return parseFaults(words)
  } catch (error) {
    throw new Errors.CLIError(`--fault: ${(error as Error).message}`)
  }
}
