import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { EOL } from 'node:os';
import { join } from 'node:path';
import { getState, saveState as save, setOutput } from '@actions/core';
import { codeOf, wordsFor } from '../box/diagnose.ts';
import { BoxError } from '../box/errors.ts';

/** The key comes last. `file` is main's state file. */
const ENTRIES = ['file', 'url', 'email', 'ca', 'verify_logout', 'keep_key', 'revoked', 'lost', 'api_key'] as const;

/** What the post-step goes by, whatever the inputs are by then. An entry is empty if it has no value, or is false. */
export type State = Readonly<Record<(typeof ENTRIES)[number], string>>;

/** Saved for an empty entry: act reads nothing from a file with an empty value. */
const NONE = 'none';

/** Saves all entries, so that no variable of the job can take the place of one. @throws BoxError */
export function saveEmptyState(): void {
  saveState({ ...Object.fromEntries(ENTRIES.map((name) => [name, NONE])), file: process.env['GITHUB_STATE'] ?? '' });
}

/** Saves one entry after the other, but no empty ones: they are saved already. @throws BoxError */
export function saveState(entries: Partial<State>): void {
  writeOrThrow('GITHUB_STATE', () => {
    for (const [name, value] of Object.entries(entries)) if (value !== '') save(name, value);
  });
}

/** As the runner read it when main ended, or in a container, when it was cancelled. */
export const readState = () => stateOf(getState);

/** As it is by now. Of several values of an entry, the last one counts. */
export function readStateFile(path: string): State {
  const text = fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
  const entries = text.matchAll(/^(\w+)<<(\S+)\r?\n(.*?)\r?\n\2\r?$/gms);
  const values = new Map([...entries].map(([, name, , value]) => [name, value]));
  return stateOf((name) => values.get(name) ?? '');
}

function stateOf(read: (name: string) => string): State {
  const value = (name: string) => (read(name) === NONE ? '' : read(name));
  return Object.fromEntries(ENTRIES.map((name) => [name, value(name)])) as State;
}

/** Checks that outputs can be written: without their file, `@actions/core` would print the key. A line doesn't fit on
 * a full disk. It is removed again: act, Gitea and Forgejo read nothing from a file with an empty line. @throws BoxError */
export function requireWritableOutput(): void {
  writeOrThrow('GITHUB_OUTPUT', (path) => {
    // Not created here: the runner reads only the file that it created.
    const { size } = fs.statSync(path);
    fs.appendFileSync(path, EOL);
    fs.truncateSync(path, size);
  });
}

/** Writes the certificates to a private file for later steps. @returns its path, empty without any @throws BoxError */
export function writeCaFile(ca: string | undefined): string {
  if (ca === undefined) return '';
  return writeOrThrow('RUNNER_TEMP', (directory) => {
    const path = join(directory, `mailinabox-ca-${randomUUID()}.pem`);
    fs.writeFileSync(path, `${ca}\n`, { mode: 0o600, flag: 'wx' });
    return path;
  });
}

/** By the names in action.yml. @throws BoxError */
export function setOutputs(outputs: Readonly<Record<string, string | readonly string[]>>): void {
  writeOrThrow('GITHUB_OUTPUT', () => {
    for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
  });
}

/** @throws BoxError with what is wrong with the file or directory that a variable names */
function writeOrThrow<T>(variable: string, write: (path: string) => T): T {
  const path = process.env[variable];
  const title = 'Runner files not writable';
  if (!path) throw new BoxError(title, `Variable ${variable} is not set`, { remedy: UNSET });
  try {
    return write(path);
  } catch (cause) {
    const code = codeOf(cause) || 'ENOENT'; // Of `@actions/core`, if there is no file.
    const [, remedy] = FIXES.find(([pattern]) => pattern.test(code)) ?? [];
    const message = `Can't write to ${variable}: ${wordsFor(code) ?? code}`;
    throw new BoxError(title, message, { cause, remedy });
  }
}

const UNSET = `A runner sets it. Outside of one, set it to an existing file, or RUNNER_TEMP to a directory.`;
const USER = `The image's user probably can't write the runner's files. Set 'container: options: --user root' (or 1001).`;
/** By the codes of the system. On Windows, EPERM is denied access, and EBUSY a file that is in use. */
const FIXES: ReadonlyArray<readonly [code: RegExp, fix: string]> = [
  [/EACCES|EPERM/, USER],
  [/EBUSY/, "Another program has it open. Exclude the runner's work directory from virus scans."],
  [/EISDIR|ENOENT/, 'An earlier step probably removed it or changed the variable.'],
];
