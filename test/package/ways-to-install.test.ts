import { projectAndEmulator, testCompleteInstall, testDocumentedInstalls } from './__helpers__/documented-installs'

jest.setTimeout(120_000)

// npm is in package.test.ts, which looks closer at what it installs.
describe.each(['pnpm', 'yarn'])('the packed package, installed by %s', (manager) => {
  const here = projectAndEmulator()

  testDocumentedInstalls(manager, here)
  testCompleteInstall(manager, here)
})
