import { start } from '../../../src/emulator'
import type { EmulatorOptions, RunningEmulator } from '../../../src/emulator'
import { endAll } from './command-line'
import { removeTemporaryFolders, temporaryFolder } from './temporary-folder'

export interface Place {
  emulator: RunningEmulator
  folder: string
}

/** For the tests of a `describe`: one emulator, emptied before each test, and a new folder for each. */
export function emulatorAndFolder(options?: EmulatorOptions): Place {
  const place = {} as Place
  beforeAll(async () => {
    place.emulator = await start(options)
  })
  beforeEach(() => {
    place.emulator.reset()
    place.folder = temporaryFolder()
  })
  afterEach(endAll)
  afterAll(async () => {
    removeTemporaryFolders()
    await place.emulator.close()
  })
  return place
}
