import { cpSync, mkdirSync, readdirSync, statSync, truncateSync, utimesSync, writeFileSync } from 'fs'
import os from 'os'
import { basename, delimiter, dirname, join } from 'path'
import type { Browser } from 'playwright-core'
import { removeTemporaryFolders, temporaryFolder } from '../cli/__helpers__/temporary-folder'
import { launch } from './__helpers__/chromium'
import { OWN_FOLDER, unpackedChromium } from './__helpers__/unpacked-chromium'

afterEach(removeTemporaryFolders)

/** A folder with programs of these names, which do as the script says. */
function programs(script: string, names: string[]): string {
  const folder = temporaryFolder()
  for (const name of names) writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return folder
}

function inEnvironment(changes: NodeJS.ProcessEnv): void {
  jest.replaceProperty(process, 'env', { ...process.env, ...changes })
}

describe('the browser of the tests', () => {
  const runsHere = process.platform === 'linux' && process.arch === 'x64'
  // Playwright leaves folders behind there when no browser starts.
  beforeEach(() => jest.spyOn(os, 'tmpdir').mockReturnValue(temporaryFolder()))

  async function executable(browser: Browser): Promise<string> {
    const session = await browser.newBrowserCDPSession()
    return (await session.send('SystemInfo.getInfo')).commandLine
  }

  it('is the one that npm installed where that one runs, whatever the machine has', async () => {
    const machines = programs('exit 1', ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'])
    if (runsHere) inEnvironment({ CHROME_PATH: '', PATH: machines + delimiter + process.env.PATH })
    const browser = await launch()
    const path = await executable(browser).finally(() => browser.close())
    expect(path.startsWith(OWN_FOLDER)).toBe(runsHere)
  })

  it('is the one that CHROME_PATH names, and what that one says is told when it does not start', async () => {
    inEnvironment({ CHROME_PATH: join(programs('echo No display >&2; exit 1', ['another']), 'another') })
    const message = 'No browser for the tests: No display. Name a Chrome or Chromium with CHROME_PATH'
    await expect(launch()).rejects.toThrow(new Error(message))
  })

  it('is missed in one line on a system for which npm installs none', async () => {
    inEnvironment({ CHROME_PATH: '' })
    const { platform } = process
    Object.defineProperty(process, 'platform', { value: 'freebsd' })
    const launched = launch().finally(() => Object.defineProperty(process, 'platform', { value: platform }))
    await expect(launched).rejects.toThrow(/^No browser for the tests: .*not supported on freebsd.* with CHROME_PATH$/)
  })
})

describe('the Chromium that npm installed', () => {
  it('is unpacked anew after a run that was killed, whole for each of two that ask at once', async () => {
    const { executablePath: whole = '' } = await unpackedChromium()
    const home = temporaryFolder()
    const folder = join(home, basename(dirname(whole)))
    cpSync(dirname(whole), folder, { recursive: true })
    truncateSync(join(folder, 'chromium'), 1000)
    mkdirSync(join(home, 'unpacking-killed'))
    utimesSync(join(home, 'unpacking-killed'), 0, 0)
    const sizes = [1, 2].map(async () => statSync((await unpackedChromium(home)).executablePath ?? '').size)
    expect(await Promise.all(sizes)).toStrictEqual([statSync(whole).size, statSync(whole).size])
    expect(readdirSync(home)).toStrictEqual([basename(folder)])
  })

  it('says in one line what to do where there is no room for it', async () => {
    const home = temporaryFolder()
    const node = programs(`ulimit -f 20000; exec '${process.execPath}' "$@"`, ['node'])
    jest.replaceProperty(process, 'execPath', join(node, 'node'))
    const line =
      /^Chromium cannot be unpacked into .*: EFBIG: .*, write\. Make room for 210 MB there, .* with TMPDIR.*$/
    await expect(unpackedChromium(home)).rejects.toThrow(line)
    expect(readdirSync(home)).toStrictEqual([])
  })

  it('is not taken from a folder of another user', async () => {
    const home = temporaryFolder()
    jest.spyOn(process, 'getuid').mockReturnValue(statSync(home).uid + 1)
    await expect(unpackedChromium(home)).rejects.toThrow(/it belongs to another user/)
  })
})
