import type { Cancellation } from '../box/context.ts';

/** By which a runner cancels a step. Windows has SIGBREAK instead of SIGTERM. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGBREAK'] as const;
/** Milliseconds after the first signal. The runner kills a step after 10,000. */
const GRACE_MS = 9_000;
const LAST_MS = 9_500;

/** Listens for the signals by which a runner cancels a step. Without this, Node would exit at the first one, and a key
 * that is on its way would be lost. */
export function listenForCancellation(): Cancellation {
  const requested = new AbortController();
  const final = new AbortController();
  const last = new AbortController();
  const cancel = (signal: NodeJS.Signals) => {
    requested.abort(signal);
    setTimeout(() => final.abort(), GRACE_MS).unref();
    setTimeout(() => last.abort(), LAST_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, cancel);
  return { requested: requested.signal, final: final.signal, last: last.signal };
}

/** Ends this process by the signal that cancelled it, as programs on Unix do: `process.exit` would wait for a DNS
 * look-up, which can't be aborted. Windows can't send every signal. */
export function exitBySignal(signal: string): void {
  for (const each of SIGNALS) process.removeAllListeners(each);
  try {
    process.kill(process.pid, signal);
  } catch {
    process.exit();
  }
}
