import type { Stop } from '../box/deadline.ts';
import { log } from './report.ts';

/** Milliseconds after the first signal at which work under way ends: the runner kills a step after 10,000. */
const GRACE_MS = 9_000;

/**
 * Turns the signals by which the runner cancels a step, SIGINT and later SIGTERM, into a wish to stop. Without
 * this Node dies at the first one, and a key that was on its way would be lost. Later signals change nothing.
 */
export function stopOnSignals(): Stop {
  const requested = new AbortController();
  const final = new AbortController();
  const stop = () => {
    if (requested.signal.aborted) return;
    requested.abort();
    setTimeout(() => final.abort(), GRACE_MS).unref();
    log.info('Cancelled. An answer that is under way is waited for, 9 s at the most.');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { requested: requested.signal, final: final.signal };
}
