import * as core from '@actions/core';
import type { Log } from '../box/context.ts';
import { BoxError } from '../box/errors.ts';
import { addSecret, basicCredentials, sanitize } from '../box/untrusted.ts';
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

/** The first uncaught exception: from a timer, a signal handler, or a write to a closed log. */
let uncaught: unknown;

/**
 * Runs a step to its end: an error becomes one annotation and the exit code 1. Work goes on after an uncaught
 * exception, so that a key on its way is saved, but the step fails.
 */
export async function runStep(step: () => Promise<void>): Promise<void> {
  // Until the step has succeeded: Node exits early if nothing keeps it alive.
  process.exitCode = core.ExitCode.Failure;
  process.on('uncaughtException', (error) => {
    uncaught ??= error;
  });
  try {
    await step();
    if (uncaught !== undefined) throw uncaught;
    process.exitCode = core.ExitCode.Success;
  } catch (error) {
    annotate('error', error);
  }
  // A DNS look-up can't be aborted, and Node would wait for it.
  process.stdout.write('', () => process.exit());
}

/** One annotation: what happened, the likely cause and the fix, and a link. With debug logging, the causes too. */
export function annotate(level: 'error' | 'warning', error: unknown): void {
  const { title, message, remedy } = error instanceof BoxError ? error : unexpected(error);
  const link = `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
  const text = `${message}. ${remedy}`;
  const room = MAX_ANNOTATION - link.length - 1;
  if (text.length > room) core.info(text);
  const shown = text.length > room ? `${text.slice(0, room - 1)}…` : text;
  const print = level === 'error' ? core.error : core.warning;
  print(`${shown} ${link}`, { title });
  for (let cause = Object(error); core.isDebug() && cause instanceof Error; cause = cause.cause) {
    for (const line of `${cause.stack}`.split('\n')) core.debug(sanitize(line));
  }
}

function unexpected(error: unknown): BoxError {
  const message = error instanceof Error ? error.message : String(error);
  return new BoxError('Unexpected error', sanitize(message));
}
