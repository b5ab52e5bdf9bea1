const project = {
  testEnvironment: 'node',
  // Types are checked by `npm run check`.
  transform: { '^.+\\.tsx?$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' } }, swcrc: false }] },
  setupFiles: ['<rootDir>/test/without-colour.ts', '<rootDir>/test/without-old-listeners.ts'],
  restoreMocks: true
}

module.exports = {
  projects: [
    { ...project, roots: ['<rootDir>/src'], testMatch: ['**/__tests__/**/*.test.ts'] },
    // Tests of the whole system run the commands and open the page as they are built.
    {
      ...project,
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.test.ts'],
      setupFiles: [...project.setupFiles, '<rootDir>/test/without-wsl.ts'],
      globalSetup: '<rootDir>/test/global-setup.ts',
      globalTeardown: '<rootDir>/test/global-teardown.ts'
    }
  ],
  // Read here alone: a project's own would leave each test five seconds.
  testTimeout: 60000,
  // Most of the time of the longest tests goes to waiting for processes and for rates.
  maxWorkers: 2
}
