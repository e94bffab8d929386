import type { Clock, Context, Log } from './context.ts';
import { BoxError } from './errors.ts';

/** Seconds: the first wait is half to all of this, each next one twice as long, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;
/** Seconds after which the log says what the step is waiting for. */
const SLOW = 2;

export interface Limits {
  /** Seconds for all attempts, and for one. */
  readonly seconds: number;
  readonly attemptSeconds: number;
  /** A lost response may have contained a key, and cancelling throws the reason that was given. */
  readonly issuesKeys?: boolean;
  /** Seconds to wait after an error that isn't transient; undefined to give up. */
  readonly waitAfter?: (error: BoxError) => number | undefined;
}

/**
 * Runs `work` until it succeeds, fails for good, is cancelled, or time runs out. Logs each wait and its reason. @throws
 * BoxError the most informative one, with the number of attempts
 */
export async function retry<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { cancellation, clock, log }: Context,
  { seconds, attemptSeconds, issuesKeys, waitAfter }: Limits,
): Promise<T> {
  const { requested, final } = cancellation;
  const started = clock.now();
  const end = started + seconds * 1000;
  let informative: BoxError | undefined;
  for (let attempt = 1; ; attempt++) {
    const limit = Math.max(1, Math.min(attemptSeconds * 1000, end - clock.now()));
    const [done, late] = [new AbortController(), new AbortController()];
    void clock.sleep(limit, done.signal).then(() => late.abort());
    if (issuesKeys) logIfSlow(limit, done.signal, clock, log);
    try {
      const signal = AbortSignal.any([late.signal, final]);
      return await work(signal).finally(() => done.abort());
    } catch (error) {
      // A bug.
      if (!(error instanceof BoxError)) throw error;
      if (issuesKeys && error.traits.responseLost) {
        log.info('The response was lost. If it contained a key, that key expires in two days.');
      }
      // An attempt that ran out of time is less informative than the response before it.
      informative = error.traits.timedOut ? (informative ?? error) : error;
      const failure = withCount(informative, attempt, clock.now() - started);

      const wait = waitAfter?.(error) ?? backOff(error, attempt);
      if (wait === undefined) throw failure;
      if (requested.aborted) {
        log.info(`${error.message}.`);
        throw issuesKeys ? requested.reason : error;
      }
      if (clock.now() + wait * 1000 >= end) throw failure;
      log.info(`${error.message}. Retrying${wait === 0 ? '' : ` in ${Math.ceil(wait)} s`}.`);
      await clock.sleep(wait * 1000, requested);
      if (requested.aborted) throw issuesKeys ? requested.reason : error;
    }
  }
}

function logIfSlow(limit: number, done: AbortSignal, clock: Clock, log: Log): void {
  const left = Math.round(limit / 1000) - SLOW;
  const text = 'Still waiting for the box, which handles one request at a time.';
  void clock.sleep(SLOW * 1000, done).then(() => {
    if (!done.aborted && left > 0) log.info(`${text} Giving up in ${left} s.`);
  });
}

/** Seconds. `Retry-After` is added, so that not all clients return at once. */
function backOff({ traits }: BoxError, attempt: number): number | undefined {
  if (!traits.transient) return undefined;
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return (traits.retryAfter ?? 0) + longest * (0.5 + Math.random() / 2);
}

function withCount(error: BoxError, attempts: number, ms: number): BoxError {
  if (attempts === 1 && !error.traits.transient) return error;
  const times = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(ms / 1000)} s`;
  return error.with({}, `${error.message} (${times})`);
}
