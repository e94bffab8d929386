import { ExitCode } from '@actions/core';
import { annotate } from './log.ts';

/**
 * Runs a step and exits: an error becomes one annotation and the exit code 1. Work goes on after an uncaught exception
 * (from a timer, a signal handler, or a write to a closed log), so that a key on its way is saved, but the step fails.
 */
export async function runStepAndExit(step: () => Promise<void>): Promise<void> {
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  // Until the step has succeeded: Node exits early if nothing keeps it alive.
  process.exitCode = ExitCode.Failure;
  try {
    await step();
    if (uncaught.length > 0) throw uncaught[0];
    process.exitCode = ExitCode.Success;
  } catch (error) {
    annotate('error', error);
  }
  // A DNS look-up can't be aborted, and Node would wait for it.
  process.stdout.write('', () => process.exit());
}
