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
  // Jest's own choice on two cores is one worker. Most tests wait for processes and sockets.
  maxWorkers: availableParallelism() + 1,
  maxConcurrency: 8,
  // For a machine that is busy otherwise: the slowest test takes ten seconds.
  testTimeout: 180_000,
};
