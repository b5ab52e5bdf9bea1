module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/__tests__/**/*.test.ts', '**/test/**/*.test.ts'],
  transform: { '^.+\\.tsx?$': 'ts-jest' },
  restoreMocks: true,
  testTimeout: 30000
}
