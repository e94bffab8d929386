import { availableParallelism } from 'node:os';

const cores = availableParallelism();

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
  // Most tests wait for processes and sockets. More of them at once are slower on a busy machine, and the action gives
  // up an attempt to sign out after 9 s.
  maxWorkers: cores === 1 ? 1 : cores + 2,
  maxConcurrency: cores === 1 ? 4 : 6,
  // For a machine that is busy otherwise: the slowest test takes ten seconds.
  testTimeout: 180_000,
};
