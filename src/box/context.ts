import { setTimeout as pause } from 'node:timers/promises';

/** What every operation needs. */
export interface Context {
  /** Cancellation: `requested` ends waits, `final` ends the attempt in progress too. */
  readonly cancellation: { readonly requested: AbortSignal; readonly final: AbortSignal };
  readonly clock: Clock;
  readonly log: Log;
}

/** Time, for retries, time limits and two-factor codes. Tests inject another. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after so many milliseconds, or as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
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
    pause(ms, undefined, { signal }).catch((error) => {
      if (!signal.aborted) throw error;
    }),
};
