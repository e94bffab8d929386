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
  let previous: BoxError | undefined;
  for (let attempt = 1; ; attempt++) {
    const limit = Math.max(1, Math.min(attemptSeconds * 1000, end - clock.now()));
    const done = issuesKeys ? reportSlow(limit, clock, log) : new AbortController();
    try {
      const signal = AbortSignal.any([clock.timeout(limit), final]);
      return await work(signal).finally(() => done.abort());
    } catch (error) {
      if (!(error instanceof BoxError)) throw error;
      if (issuesKeys && error.traits.responseLost) {
        log.info('The response was lost. If it contained a key, that key expires in two days.');
      }
      const wait = waitAfter?.(error) ?? backOff(error, attempt);
      // An attempt that ran out of time is less informative than the response before it.
      const last = error.traits.timedOut ? (previous ?? error) : error;
      previous = last;
      const isLate = clock.now() + (wait ?? 0) * 1000 >= end;
      if (wait === undefined || (isLate && !requested.aborted)) {
        throw counted(last, attempt, clock.now() - started);
      }
      const when = wait === 0 ? '' : ` in ${Math.ceil(wait)} s`;
      log.info(`${error.message}.${requested.aborted ? '' : ` Retrying${when}.`}`);
      await clock.sleep(wait * 1000, requested);
      if (requested.aborted) throw issuesKeys ? requested.reason : error;
    }
  }
}

function reportSlow(limit: number, clock: Clock, log: Log): AbortController {
  const done = new AbortController();
  const left = Math.round(limit / 1000) - SLOW;
  void clock.sleep(SLOW * 1000, done.signal).then(() => {
    if (done.signal.aborted || left <= 0) return;
    log.info(
      `Still waiting for the box, which handles one request at a time. Giving up in ${left} s.`,
    );
  });
  return done;
}

/** Seconds. `Retry-After` is added, so that not all clients return at once. */
function backOff({ traits }: BoxError, attempt: number): number | undefined {
  if (!traits.transient) return undefined;
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return (traits.retryAfter ?? 0) + longest * (0.5 + Math.random() / 2);
}

function counted(error: BoxError, attempts: number, ms: number): BoxError {
  if (attempts === 1 && !error.traits.transient) return error;
  const times = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(ms / 1000)} s`;
  return error.with({ message: `${error.message} (${times})` });
}
