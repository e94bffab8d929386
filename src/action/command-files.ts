import { appendFileSync, statSync, truncateSync } from 'node:fs';
import { EOL } from 'node:os';
import { CommandFileError } from './errors.ts';

type Variable = 'GITHUB_STATE' | 'GITHUB_OUTPUT';

/**
 * Makes sure that the files by which the runner takes state and outputs are there and take something: without
 * them, `@actions/core` would write the key to the log. A line is written, which a full disk does not take, and taken
 * away again: act, and with it the runners of Gitea and Forgejo, read nothing of a file with an empty line.
 *
 * @throws CommandFileError
 */
export function requireCommandFiles(): void {
  for (const variable of ['GITHUB_STATE', 'GITHUB_OUTPUT'] as const) {
    inFile(variable, (path) => {
      // Not made here: the runner reads only the file that it made.
      const { size } = statSync(path);
      appendFileSync(path, EOL);
      truncateSync(path, size);
    });
  }
}

/**
 * Does something with the file of a variable.
 *
 * @throws CommandFileError where there is none or it fails
 */
export function inFile(variable: Variable, write: (path: string) => void): void {
  const path = process.env[variable];
  if (path === undefined || path === '') throw new CommandFileError(variable, path, '');
  try {
    write(path);
  } catch (error) {
    throw new CommandFileError(variable, path, reason(error));
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return REASONS[code] ?? (code === '' ? 'it is not there' : code);
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it may not be written to',
  EISDIR: 'it is a folder',
  ENOENT: 'it is not there',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
};
