import { types } from 'node:util';
import * as core from '@actions/core';
import type { Log } from '../box/context.ts';
import { BoxError } from '../box/errors.ts';
import { sanitize } from '../box/sanitize.ts';
import { addSecret, basicCredentials } from '../box/secrets.ts';
import { DOCUMENTS } from '../version.ts';

/** Characters of an annotation, with its link. */
const MAX_ANNOTATION = 300;

/** The step's log. Untrusted text in it went through `sanitize`. */
export const log: Log = { info: core.info, debug: core.debug };

/** Has the runner hide a value in the job's log, and this process withhold texts that contain it. */
export function mask(secret: string): void {
  // The runner warns about an empty mask.
  if (secret.trim() === '') return;
  core.setSecret(secret);
  addSecret(secret);
}

/** Masks a password or key, also in the form in which Basic authentication sends it. */
export function maskCredentials(email: string, secret: string): void {
  mask(secret);
  mask(basicCredentials(email, secret));
}

/** One annotation: what happened, the likely cause and the fix, and a link. With debug logging, the causes too. */
export function annotate(level: 'error' | 'warning', error: unknown): void {
  const words = sanitize(types.isNativeError(error) ? error.message : String(error));
  const known = error instanceof BoxError ? error : new BoxError('Unexpected error', words);
  const { title, message, remedy } = known;
  const link = `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
  const text = `${message}. ${remedy}`;
  const room = MAX_ANNOTATION - link.length - 1;
  if (text.length > room) core.info(text);
  const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  const print = level === 'error' ? core.error : core.warning;
  print(`${shown} ${link}`, { title });
  for (let cause = error; core.isDebug() && types.isNativeError(cause); cause = cause.cause) {
    for (const line of `${cause.stack}`.split('\n')) core.debug(sanitize(line));
  }
}
