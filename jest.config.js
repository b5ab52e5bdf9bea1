module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/__tests__/**/*.test.ts', '**/test/**/*.test.ts'],
  transform: { '^.+\\.tsx?$': 'ts-jest' },
  restoreMocks: true,
  // Most of the time of the longest tests goes to waiting for processes and for rates.
  maxWorkers: 2,
  testTimeout: 60000
}
