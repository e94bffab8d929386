import { types } from 'node:util';
import * as core from '@actions/core';
import type { Log } from '../box/context.ts';
import { asBoxError } from '../box/errors.ts';
import { sanitize } from '../box/sanitize.ts';
import { addSecret, basicCredentials, piecesInBase64 } from '../box/secrets.ts';
import { DOCUMENTS } from '../version.ts';

/** The step's log. Untrusted text in it went through `sanitize`. */
export const log: Log = { info: core.info, debug: core.debug };

/** Has the runner hide a value in the job's log, and this process withhold texts that contain it. */
export function mask(secret: string): void {
  // The runner warns about an empty mask.
  if (secret.trim() === '') return;
  core.setSecret(secret);
  addSecret(secret);
}

/** Masks a key, also as Basic authentication sends it, and as base64 shows it inside a longer text. */
export function maskKey(email: string, apiKey: string): void {
  process.stdout.cork(); // One write: each wakes the runner.
  for (const each of [apiKey, basicCredentials(email, apiKey), ...piecesInBase64(apiKey)]) mask(each);
  process.stdout.uncork();
}

/** Waits until all is written, or it was noticed that the log is closed. */
export const flush = () => new Promise<void>((resolve) => process.stdout.write('', () => resolve()));

/** One annotation: what happened, the likely cause and the fix, and a link. With debug logging, the causes too. */
export function annotate(level: 'error' | 'warning', error: unknown): void {
  const { title, message, remedy } = asBoxError(error);
  const link = `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
  const print = level === 'error' ? core.error : core.warning;
  print(`${message}. ${remedy} ${link}`, { title });
  for (let cause = error; core.isDebug() && types.isNativeError(cause); cause = cause.cause) {
    for (const line of `${cause.stack}`.split('\n')) core.debug(sanitize(line));
  }
}
