import { Errors } from '@oclif/core'
import { appIdProblem } from '../destinations/heap/heap-api'

/** The App ID that local tools use; any digits would do. */
export const LOCAL_APP_ID = '11'

/**
 * The App ID to send with; any digits do for an emulator.
 * @throws CLIError when the real Heap has none, or when it is not what Heap calls an App ID
 */
export function appIdFor(flags: { 'app-id'?: string; live?: boolean }): string {
  if (flags.live && !flags['app-id']) {
    throw new Errors.CLIError('--live needs the App ID of your Heap environment: add --app-id')
  }
  return checkedAppId(flags['app-id'] ?? LOCAL_APP_ID)
}

/** @throws CLIError that names the flag when it is not what Heap calls an App ID */
export function checkedAppId(appId: unknown, flag = '--app-id'): string {
  const problem = appIdProblem(appId)
  if (problem === undefined) return String(appId).trim()
  throw new Errors.CLIError(`${flag}: ${problem}`)
}
