import type { Deadline } from './deadline.ts';
import { ExplainedError, GaveUpError, StoppedError, TransientError } from './errors.ts';
import type { Log } from './log.ts';

/** Seconds: the first wait is half to all of this, and each next one twice as long, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;

/** What a lost answer to a login means for its user. */
const KEY_LOST =
  ' If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days.';

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
 * @throws what the work threw last, as GaveUpError where time ran out; StoppedError when the deadline was stopped.
 * Each says so where a key may have been lost on the way.
 */
export async function retry<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { deadline, log, grantsKeys, waitAfter }: RetryOptions,
): Promise<T> {
  const started = deadline.clock.now();
  const onSlow = (secondsLeft: number) =>
    log.info(
      `No answer yet: the box is busy, or the way to it is slow. Waiting for up to ${inSeconds(secondsLeft)} more.`,
    );
  let keyLost = '';
  for (let attempt = 1; ; attempt++) {
    try {
      return await deadline.attempt(work, onSlow);
    } catch (error) {
      if (!(error instanceof ExplainedError)) throw error;
      if (grantsKeys && error.answerLost) keyLost = KEY_LOST;
      const giveUp = (last: ExplainedError) => {
        last.message += keyLost;
        return last;
      };
      const seconds = waitAfter?.(error) ?? waitAfterTransient(error, attempt);
      if (seconds === undefined) throw giveUp(error);
      if (deadline.stopped) throw giveUp(new StoppedError());
      if (seconds >= deadline.secondsLeft) {
        const spent = (deadline.clock.now() - started) / 1000;
        const why = `the next try, ${inSeconds(seconds)} from now, would be too late`;
        throw giveUp(new GaveUpError(error, attempt, spent, why));
      }
      log.info(`${error.message}${keyLost} Trying again in ${inSeconds(seconds)}.`);
      await deadline.wait(seconds);
      if (deadline.stopped) throw giveUp(new StoppedError());
    }
  }
}

/** Seconds; what the box asked for comes on top, so that jobs which it told the same do not come back as one. */
function waitAfterTransient(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof TransientError)) return undefined;
  const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1));
  return (error.retryAfter ?? 0) + longest * (0.5 + Math.random() / 2);
}

function inSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}
