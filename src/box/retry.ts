import type { IncomingHttpHeaders } from 'node:http';
import type { Attempt, Context } from './context.ts';
import { BoxError, cancelled, KEY_LOST, type Traits } from './errors.ts';

/** Seconds: the first wait is half to all of this, each next one twice as long, up to the longest. */
const FIRST_WAIT = 1;
const LONGEST_WAIT = 15;
/** Seconds after which the log shows what the step is waiting for. */
const SLOW = 2;
/** Seconds for which a sign-in retries if a name doesn't exist: it is probably mistyped. */
const NAME_PATIENCE = 10;
/** What an attempt is waiting for. */
const PENDING: Readonly<Record<Attempt['phase'], string>> = {
  proxy: 'the proxy',
  lookup: "this runner's name server",
  connect: 'a connection to the box',
  handshake: 'the TLS handshake (connected)',
  response: 'the box, which handles one request at a time',
};

/** In seconds. */
export interface Limits {
  readonly seconds: number;
  /** Of one attempt, until its request is sent and in all. Default: all that are left. */
  readonly connectSeconds?: number;
  readonly attemptSeconds?: number;
  /** The request does no harm if it is repeated, whatever became of it. */
  readonly repeatable?: boolean;
  /** For a login, which isn't sent after cancelling: called if a response is lost that may have contained a key. */
  readonly onKeyLost?: () => void;
  /** Seconds to wait after an error that isn't transient; undefined to give up. */
  readonly waitAfter?: (error: BoxError) => number | undefined;
}

/** Runs `work` until it succeeds, fails for good, is cancelled, or time runs out. Logs each wait and its reason. @throws
 * BoxError the most informative one, with the number of attempts, and if a login's response was lost */
export async function retry<T>(work: (attempt: Attempt) => Promise<T>, context: Context, limits: Limits): Promise<T> {
  const { clock, log, cancellation } = context;
  const { requested } = cancellation;
  const started = clock.now();
  const end = started + limits.seconds * 1000;
  let informative: BoxError | undefined;
  let missingSince = Number.POSITIVE_INFINITY;
  let isKeyLost = false;
  let fate = 'No login was sent.';
  for (let number = 1; ; number++) {
    const done = new AbortController();
    const attempt = startAttempt(context, limits, end - clock.now(), done.signal);
    try {
      return await work(attempt).finally(() => done.abort());
    } catch (error) {
      if (!(error instanceof BoxError)) throw error;
      const { traits } = error;
      const isLost = limits.onKeyLost !== undefined && traits.responseLost === true;
      if (isLost) limits.onKeyLost?.();
      isKeyLost ||= isLost;
      if (attempt.phase === 'response') fate = isKeyLost ? KEY_LOST : 'The box issued no key.';
      // An attempt that ran out of time is less informative than a transient error before it.
      informative = traits.timedOut && informative?.traits.transient ? informative : error;
      const failure = summarize(informative, number, clock.now() - started, isKeyLost);
      missingSince = traits.nameNotFound ? Math.min(missingSince, clock.now()) : Number.POSITIVE_INFINITY;
      const patience = Math.min(missingSince + NAME_PATIENCE * 1000, end - 1000) - clock.now();
      const wait = limits.waitAfter?.(error) ?? backOff(traits, number, limits, patience / 1000);
      const stopped = () => (limits.onKeyLost ? cancelled(fate, requested.reason) : error);
      // It is final, or the job is cancelled, or the next attempt would be too late, or else there is one.
      if (wait === undefined) throw failure;
      if (requested.aborted && attempt.phase === 'response') log.info(`${error.message}.`);
      if (requested.aborted) throw stopped();
      if (clock.now() + wait * 1000 >= end) throw failure;
      const when = wait === 0 ? '' : ` in ${Math.ceil(wait)} s`;
      log.info(`${error.message}.${isLost ? ` ${KEY_LOST}` : ''} Retrying${when}.`);
      await clock.sleep(wait * 1000, requested);
      if (requested.aborted) throw stopped();
    }
  }
}

/** Starts the clocks of an attempt, and what is logged meanwhile. @param left milliseconds for all attempts */
function startAttempt({ cancellation, clock, log }: Context, limits: Limits, left: number, done: AbortSignal): Attempt {
  const { requested, final } = cancellation;
  const after = (seconds = Number.POSITIVE_INFINITY) => {
    const late = new AbortController();
    void clock.sleep(Math.max(1, Math.min(seconds * 1000, left)), done).then(() => done.aborted || late.abort());
    return late.signal;
  };
  const { connectSeconds, attemptSeconds = 0, onKeyLost } = limits;
  const sent = AbortSignal.any([after(limits.attemptSeconds), final]);
  const ends = [sent, ...(connectSeconds ? [after(connectSeconds)] : []), ...(onKeyLost ? [requested] : [])];
  const attempt: Attempt = { phase: 'proxy', connecting: AbortSignal.any(ends), sent };
  const logWaiting = () => attempt.phase === 'response' && log.info('Cancelled. Waiting up to 9 s for the response.');
  requested.addEventListener('abort', logWaiting, { signal: done });
  const seconds = Math.round(Math.min(left / 1000, attemptSeconds)) - SLOW;
  void clock.sleep(SLOW * 1000, done).then(() => {
    if (seconds <= 0 || done.aborted || requested.aborted) return;
    log.info(`Still waiting for ${PENDING[attempt.phase]}. This attempt ends in ${seconds} s.`);
  });
  return attempt;
}

/** Seconds to wait; undefined if it is useless. @param patience seconds until the last attempt if there is no name */
function backOff(traits: Traits, attempt: number, { repeatable }: Limits, patience: number): number | undefined {
  const { transient, nameNotFound, retryAfter = 0 } = traits;
  // `Retry-After` is added, so that not all clients return at once.
  const wait = retryAfter + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
  if (transient || (repeatable && (nameNotFound || traits.repeatable))) return wait;
  return nameNotFound && patience > 0 ? Math.min(wait, patience) : undefined;
}

function summarize(error: BoxError, attempts: number, ms: number, isKeyLost: boolean): BoxError {
  const { message, remedy, traits } = error;
  const lost = isKeyLost && !traits.rejected ? ` ${KEY_LOST}` : '';
  const times = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'} in ${Math.round(ms / 1000)} s`;
  const isFirst = attempts === 1 && !traits.transient;
  return error.with({ remedy: remedy + lost }, isFirst ? message : `${message} (${times})`);
}

/** `Retry-After` in seconds: a number of them, or a date, by the clock of its sender (RFC 9110). */
export function retryAfterOf({ 'retry-after': value = '', date = '' }: IncomingHttpHeaders): number | undefined {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - (Date.parse(date) || Date.now())) / 1000;
  return value.endsWith('GMT') && !Number.isNaN(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
