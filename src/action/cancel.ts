import type { Context } from '../box/context.ts';
import { BoxError } from '../box/errors.ts';
import { log } from './log.ts';

/** Milliseconds after the first signal at which all work ends: the runner kills a step after 10,000. */
const GRACE_MS = 9_000;

/**
 * Turns the signals by which a runner cancels a step into two AbortSignals. Without this, Node would exit at the first
 * one, and a key that is on its way would be lost. Windows sends SIGBREAK instead of SIGTERM.
 */
export function handleCancellation(): Context['cancellation'] {
  const requested = new AbortController();
  const final = new AbortController();
  const cancel = () => {
    if (requested.signal.aborted) return;
    log.info('Cancelled. Waiting up to 9 s for a response that is on its way.');
    const message = 'The job was cancelled before the sign-in was complete';
    requested.abort(new BoxError('Cancelled', message));
    setTimeout(() => final.abort(requested.signal.reason), GRACE_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const) process.on(signal, cancel);
  return { requested: requested.signal, final: final.signal };
}
