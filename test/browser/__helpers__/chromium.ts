import { stripVTControlCharacters } from 'util'
import { chromium } from 'playwright-core'
import type { Browser, LaunchOptions } from 'playwright-core'
import { unpackedChromium } from './unpacked-chromium'

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A request to another host that no test intercepts fails instead of leaving this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'
]

/**
 * The Chromium that npm installed, whatever else the machine has; on other systems than Linux x64 the machine's Chrome.
 * `CHROME_PATH` names another. Rejects with one line that says what to do when there is none that starts.
 */
export async function launch(): Promise<Browser> {
  const options = await browserToTest()
  try {
    return await chromium.launch({ ...options, args })
  } catch (error) {
    throw new Error(`No browser for the tests: ${reason(error)}. Name a Chrome or Chromium with CHROME_PATH`)
  }
}

export async function browserToTest(): Promise<LaunchOptions> {
  if (process.env.CHROME_PATH) return { executablePath: process.env.CHROME_PATH }
  if (process.platform === 'linux' && process.arch === 'x64') return unpackedChromium()
  return { channel: 'chrome' }
}

/** What the browser said last, or else what playwright says first. */
function reason(error: unknown): string {
  const text = stripVTControlCharacters((error as Error).message).replace('browserType.launch: ', '')
  const [, said = text] = /.*\[err\] (.+)/s.exec(text) ?? []
  return said.split('\n')[0]
}
