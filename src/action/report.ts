import { error as annotateError, debug, ExitCode, info, isDebug, warning } from '@actions/core';
import { ExplainedError } from '../box/errors.ts';
import type { Log } from '../box/log.ts';
import { quote } from '../box/quote.ts';
import { withoutSecrets } from '../box/secrets.ts';
import { DOCUMENTS } from '../version.ts';
import { UnforeseenError } from './errors.ts';

/** The log of the step; `debug` shows with debug logging only. */
export const log: Log = {
  info: (line) => info(withoutSecrets(line)),
  // Always said: the runner shows it or not, and that of act does not tell which. Foreign text in it is quoted.
  debug,
};

/** Says a line of inputs and checked names alone. */
export const announce = info;

/** What was thrown where nobody could catch it: in a timer, a signal handler, or by the output. */
let stray: unknown;

/**
 * Runs a step to its end: an error becomes one annotation and the exit code 1. The code is set, and not
 * exited with, so that no output is cut off. The work goes on after a stray error, so that a key on its way is saved.
 */
export async function runStep(step: () => Promise<void>): Promise<void> {
  // Until the step is done: where nothing is left to wait for, Node exits in the middle of it.
  process.exitCode = ExitCode.Failure;
  process.on('uncaughtException', (error) => {
    stray ??= error;
  });
  try {
    await step();
    throwStray();
    process.exitCode = ExitCode.Success;
  } catch (error) {
    annotate(annotateError, error);
  }
}

/** Throws the first stray error, if there was one. */
export function throwStray(): void {
  if (stray === undefined) return;
  const error = stray;
  stray = undefined;
  throw error;
}

/** Reports an error that does not make the step fail. */
export function warn(error: unknown): void {
  annotate(warning, error);
}

function annotate(issue: typeof annotateError, error: unknown): void {
  const { title, message, remedy } = explained(error);
  issue(withoutSecrets(`${message} ${remedy} More: ${sectionOn(title)}`), { title });
}

/** Where the documents explain an error. */
function sectionOn(title: string): string {
  return `${DOCUMENTS}/troubleshooting.md#${title.toLowerCase().replaceAll(' ', '-')}`;
}

function explained(error: unknown): ExplainedError {
  if (error instanceof ExplainedError) return error;
  if (isDebug() && error instanceof Error) {
    for (const line of (error.stack ?? '').split('\n')) debug(quote(line));
  }
  return new UnforeseenError(quote(error instanceof Error ? error.message : String(error)));
}
