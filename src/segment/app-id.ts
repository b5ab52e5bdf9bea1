import { Errors } from '@oclif/core'

/** The App ID that local tools use; any digits would do. */
export const LOCAL_APP_ID = '11'

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
export function checkedAppId(appId: string): string {
  if (/^\d+$/.test(appId)) return appId
  throw new Errors.CLIError(`--app-id must be digits, as in heap.load('APP_ID') of Heap's snippet; got "${appId}"`)
}
