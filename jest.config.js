const project = {
  testEnvironment: 'node',
  transform: { '^.+\\.tsx?$': 'ts-jest' },
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
      globalSetup: '<rootDir>/test/global-setup.ts',
      globalTeardown: '<rootDir>/test/global-teardown.ts'
    }
  ],
  // Most of the time of the longest tests goes to waiting for processes and for rates.
  maxWorkers: 2,
  testTimeout: 60000
}
