import type { Deadline } from './deadline.ts';
import { ExplainedError, GaveUpError, StoppedError, TransientError } from './errors.ts';
import type { Log } from './log.ts';

/** Seconds: the first wait is half to all of this, and each next one twice as long, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;

/** What a lost answer to a login means for its user. */
const KEY_LOST =
  ' If the box had granted a key in an answer that was lost, nobody knows it; it lives for up to two days.';

export interface RetryOptions {
  readonly deadline: Deadline;
  readonly log: Log;
  /** Whether an answer may hold a key, so that losing one matters. */
  readonly grantsKeys: boolean;
  /** Seconds to wait after an error that is not transient, or nothing to give up. */
  readonly waitAfter?: (error: unknown) => number | undefined;
}

/**
 * Does the work until it succeeds, fails for good, or the deadline would pass. Says each wait and its reason.
 *
 * @throws what the work threw last: as it was at the first attempt, as GaveUpError after several; StoppedError
 * when the deadline was stopped
 */
export async function retry<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { deadline, log, grantsKeys, waitAfter }: RetryOptions,
): Promise<T> {
  const started = performance.now();
  let keyLost = '';
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(deadline.attemptSignal());
    } catch (error) {
      const seconds = waitAfter?.(error) ?? waitAfterTransient(error, attempt);
      if (!(error instanceof ExplainedError) || seconds === undefined) throw error;
      if (grantsKeys && error instanceof TransientError && error.answerLost) keyLost = KEY_LOST;
      if (deadline.stopped) throw new StoppedError(keyLost);
      if (seconds >= deadline.secondsLeft) {
        const spent = (performance.now() - started) / 1000;
        throw new GaveUpError(
          error,
          attempt,
          spent,
          `the next try, ${inSeconds(seconds)} from now, would be too late`,
          keyLost,
        );
      }
      log.info(`${error.message}${keyLost} Trying again in ${inSeconds(seconds)}.`);
      await deadline.wait(seconds);
      if (deadline.stopped) throw new StoppedError(keyLost);
    }
  }
}

function waitAfterTransient(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof TransientError)) return undefined;
  if (error.retryAfter !== undefined) return error.retryAfter;
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return longest * (0.5 + Math.random() / 2);
}

function inSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
