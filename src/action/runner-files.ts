import { randomUUID } from 'node:crypto';
import { appendFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { EOL } from 'node:os';
import { join } from 'node:path';
import { getState, saveState as save, setOutput } from '@actions/core';
import { codeOf, wordsFor } from '../box/diagnose.ts';
import { BoxError } from '../box/errors.ts';
import type { Session } from '../box/user-api.ts';

/** What the post-step needs, whatever the inputs are by then. */
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
export function requireWritableFiles(): void {
  for (const variable of ['GITHUB_STATE', 'GITHUB_OUTPUT']) {
    writing(variable, (path) => {
      // Not created here: the runner reads only the file that it created.
      const { size } = statSync(path);
      appendFileSync(path, EOL);
      truncateSync(path, size);
    });
  }
}

/** Writes the certificates to a private file for later steps. @returns its path, empty without any @throws BoxError */
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
export const saveKeepKey = () => writing('GITHUB_STATE', () => save('keep_key', true));

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
  if (!path) throw new BoxError(title, `Variable ${variable} is not set`, { remedy: UNSET });
  try {
    return write(path);
  } catch (cause) {
    const code = codeOf(cause);
    const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(code)) ?? [];
    const message = `Can't write to ${variable}: ${wordsFor(code) ?? 'it is missing'}`;
    throw new BoxError(title, message, { cause, remedy });
  }
}

const UNSET = `A runner sets it. Outside of one, set it to an existing file, or RUNNER_TEMP to a directory.`;
const USER = `The image's user probably can't write the runner's files. Set 'container: options: --user root' (or 1001).`;
/** By the codes of the system. On Windows, EPERM is denied access, and EBUSY a file that is in use. */
const REMEDIES: ReadonlyArray<readonly [code: RegExp, fix: string]> = [
  [/EACCES|EPERM/, USER],
  [/EBUSY/, "Another program has it open. Exclude the runner's work directory from virus scans."],
  [/EISDIR|ENOENT/, 'An earlier step probably removed it or changed the variable.'],
];
