import { availableParallelism } from 'node:os';

/** The tests are ES modules; swc removes their types. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', explicitResourceManagement: true },
          target: 'es2024',
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  // Most tests wait for processes and sockets. On a busy machine, more processes get more of it, but more tests in one
  // process are slower, and the action gives up an attempt to sign out after 9 s.
  maxWorkers: availableParallelism() + 3,
  maxConcurrency: 4,
  // For a machine that is busy otherwise: the slowest test takes ten seconds.
  testTimeout: 180_000,
};
