export interface Context {
  readonly cancellation: Cancellation;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Cancellation {
  /** Ends waits, and a login that isn't sent yet. Its reason is the name of the signal that the runner sent. */
  readonly requested: AbortSignal;
  /** Ends everything else: a login that was sent, and signing out. */
  readonly final: AbortSignal;
  /** Ends revoking a key that arrived after the signal. */
  readonly last: AbortSignal;
}

/** How far an attempt came, and when it ends: before the request is sent, and after. */
export interface Attempt {
  phase: 'proxy' | 'lookup' | 'connect' | 'handshake' | 'response';
  readonly connecting: AbortSignal;
  readonly sent: AbortSignal;
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
    new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener('abort', end);
        resolve(clearTimeout(timer));
      };
      const timer = setTimeout(end, ms);
      signal.aborted ? end() : signal.addEventListener('abort', end);
    }),
};
