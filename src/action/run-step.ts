import { ExitCode } from '@actions/core';
import { BoxError } from '../box/errors.ts';
import { exitBySignal } from './cancel.ts';
import { annotate, flush } from './log.ts';

/** Runs a step and exits: an error becomes one annotation and the exit code 1, or if the step was cancelled, its signal.
 * Uncaught errors (from a timer, a signal handler, a rejection, or a write to a closed log) are collected for the step,
 * which continues, so that a key on its way is saved. */
export async function runStepAndExit(step: (uncaught: readonly unknown[]) => Promise<void>): Promise<void> {
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  // Until the step has succeeded: Node exits early if nothing keeps it alive.
  process.exitCode = ExitCode.Failure;
  let signal: string | undefined;
  try {
    await step(uncaught);
    process.exitCode = ExitCode.Success;
  } catch (error) {
    annotate('error', error);
    if (error instanceof BoxError) signal = error.traits.signal;
  }
  // Not before all is printed. A DNS look-up can't be aborted, and Node would wait for it.
  void flush().then(() => (signal === undefined ? process.exit() : exitBySignal(signal)));
}
