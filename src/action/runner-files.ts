import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { EOL } from 'node:os';
import { join } from 'node:path';
import { getState, saveState as save, setOutput } from '@actions/core';
import { BoxError } from '../box/errors.ts';
import type { Session } from '../box/user-api.ts';

/** What the post-step needs to sign out, whatever the inputs are by then. */
export interface State extends Session {
  readonly url: string;
  readonly ca: string | undefined;
  readonly verifyLogout: boolean;
}

/**
 * Checks that the files by which the runner takes state and outputs exist and can be written. Without them,
 * `@actions/core` would print the key. Writes a line, which a full disk doesn't take, and removes it again: act, and so
 * Gitea and Forgejo, read nothing from a file with an empty line. @throws BoxError
 */
export function checkFiles(): void {
  for (const variable of ['GITHUB_STATE', 'GITHUB_OUTPUT']) {
    writing(variable, (path) => {
      // Not created here: the runner reads only the file that it created.
      const { size } = statSync(path);
      appendFileSync(path, EOL);
      truncateSync(path, size);
    });
  }
}

/**
 * Writes the certificates to a private file for the tools of later steps. The runner empties RUNNER_TEMP.
 * @returns its path; empty without certificates
 * @throws BoxError
 */
export function writeCaFile(ca: string | undefined): string {
  if (ca === undefined) return '';
  return writing('RUNNER_TEMP', (directory) => {
    const path = join(directory, `mailinabox-ca-${randomUUID()}.pem`);
    writeFileSync(path, `${ca}\n`, { mode: 0o600, flag: 'wx' });
    return path;
  });
}

/** Saves one field after the other, the key last. act reads nothing from a file with an empty value. @throws BoxError */
export function saveState({ url, email, ca, verifyLogout, apiKey }: State): void {
  writing('GITHUB_STATE', () => {
    save('url', url);
    save('email', email);
    if (ca !== undefined) save('ca', ca);
    save('verify_logout', verifyLogout);
    save('api_key', apiKey);
  });
}

/** Makes the post-step leave the key valid. @throws BoxError */
export const keepKey = () => writing('GITHUB_STATE', () => save('keep_key', true));

/** Whether `verify-logout` was on, even if the rest of the state can't be read. */
export const mustVerify = () => getState('verify_logout') === 'true';

/**
 * What the main step saved, or undefined if there is no key to revoke. @throws BoxError; never with a part of the
 * state, since the key is in it
 */
export function readState(): State | undefined {
  const [url = '', email, ca, apiKey] = ['url', 'email', 'ca', 'api_key'].map(getState);
  if (!apiKey || getState('keep_key') === 'true') return undefined;
  if (!email || !URL.canParse(url)) {
    throw new BoxError('Saved session unreadable', "Can't read what the main step saved");
  }
  return { url, email, apiKey, ca: ca || undefined, verifyLogout: mustVerify() };
}

/** By the names in action.yml. @throws BoxError */
export function setOutputs(outputs: Readonly<Record<string, string | readonly string[]>>): void {
  writing('GITHUB_OUTPUT', () => {
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  });
}

function writing<T>(variable: string, write: (path: string) => T): T {
  const path = process.env[variable];
  const title = 'Runner files not writable';
  if (!path) throw new BoxError(title, `Variable ${variable} is not set`, {}, UNSET);
  try {
    return write(path);
  } catch (cause) {
    const { code = '' }: { code?: string } = Object(cause);
    const [why, remedy] = REASONS[code] ?? [code || 'it is missing'];
    throw new BoxError(title, `Can't write to ${variable}: ${why}`, { cause }, remedy);
  }
}

const UNSET =
  'A runner sets it. Outside of one, set it to an existing file, or RUNNER_TEMP to a directory.';
const USER =
  "The image's user probably can't write the runner's files. Set 'container: options: --user root' (or 1001).";
const MISSING = 'An earlier step probably removed it or changed the variable.';
/** By the codes of the system. On Windows, EPERM is denied access, and EBUSY a file that is in use. */
const REASONS: Readonly<Record<string, readonly [why: string, fix?: string]>> = {
  EACCES: ['permission denied', USER],
  EPERM: ['permission denied', USER],
  EBUSY: ['another program has it open', "Exclude the runner's work directory from virus scans."],
  EISDIR: ['it is a directory', MISSING],
  ENOENT: ['it does not exist', MISSING],
  ENOSPC: ['the disk is full'],
  EROFS: ['the disk is read-only'],
};
