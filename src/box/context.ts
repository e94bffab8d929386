import { setTimeout } from 'node:timers/promises';

/** What all work needs. */
export interface Context {
  /** A wish to stop: `requested` ends waits, `final` ends the attempt in progress too. */
  readonly cancellation: { readonly requested: AbortSignal; readonly final: AbortSignal };
  readonly clock: Clock;
  readonly log: Log;
}

/** Time, for retries, time limits and two-factor codes. Tests have one of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Aborts after so many milliseconds. */
  timeout(ms: number): AbortSignal;
}

/** Lines contain no line breaks and no secrets. */
export interface Log {
  info(line: string): void;
  /** Shown with debug logging only. */
  debug(line: string): void;
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    setTimeout(ms, undefined, { signal }).catch((error) => {
      if (!signal.aborted) throw error;
    }),
  timeout: (ms) => AbortSignal.timeout(Math.ceil(ms)),
};
