import { homedir, platform } from 'node:os'

// oclif asks for WSL by an import of ES modules, which jest's sandbox refuses.
jest.mock('../node_modules/@oclif/core/lib/util/os.js', () => ({
  getPlatform: async () => platform(),
  getShell: async () => 'sh',
  getHomeDir: () => homedir()
}))
