/** Tests are ES modules like all else here; swc takes their types away. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  globalSetup: '<rootDir>/__tests__/make-certificates.ts',
  testMatch: ['**/*.test.ts'],
  // Windows has no signals.
  testPathIgnorePatterns: process.platform === 'win32' ? ['cancel\\.test'] : [],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  // Most tests wait for processes and for time to pass.
  maxWorkers: 2,
  testTimeout: 60_000,
};
