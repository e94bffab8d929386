import { type Clock, systemClock } from './clock.ts';

/** Seconds that one attempt may take: a little more than the 60 s after which the box's nginx answers 504. */
const ATTEMPT_SECONDS = 65;
/** Seconds after which whoever reads the log is told what it waits for. */
const SLOW_SECONDS = 2;

/** A wish to stop: `requested` ends waits, `final` ends the attempt under way too. */
export interface Stop {
  readonly requested: AbortSignal;
  readonly final: AbortSignal;
}

/** The time that one piece of work has, its retries and waits included. */
export class Deadline {
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly #end: number;
  readonly #stop: Stop;
  readonly #attemptSeconds: number;

  /** @param seconds from now, for all of the work and for one attempt */
  constructor(
    seconds: number,
    stop: Stop,
    attemptSeconds = ATTEMPT_SECONDS,
    clock: Clock = systemClock,
  ) {
    this.clock = clock;
    this.#end = clock.now() + seconds * 1000;
    this.#stop = stop;
    this.#attemptSeconds = attemptSeconds;
  }

  get secondsLeft(): number {
    return Math.max(0, this.#end - this.clock.now()) / 1000;
  }

  /** Whether somebody wants this work to stop. */
  get stopped(): boolean {
    return this.#stop.requested.aborted;
  }

  /**
   * Does one attempt, with a signal that ends it in time: by the clock, however the answer drips.
   *
   * @param onSlow called once where it takes longer than two seconds, with those that it may still take
   */
  async attempt<T>(
    work: (signal: AbortSignal) => Promise<T>,
    onSlow: (secondsLeft: number) => void,
  ): Promise<T> {
    const { final } = this.#stop;
    const end = new AbortController();
    const abort = () => end.abort();
    const seconds = Math.min(this.#attemptSeconds, this.secondsLeft);
    const done = new AbortController();
    // Keeps the process alive too, even where the work waits for what can no longer come.
    const after = async (limit: number, then: () => void) => {
      await this.clock.sleep(limit * 1000, done.signal);
      if (!done.signal.aborted) then();
    };
    void after(seconds, abort);
    void after(SLOW_SECONDS, () => onSlow(seconds - SLOW_SECONDS));
    final.addEventListener('abort', abort);
    if (final.aborted) abort();
    try {
      return await work(end.signal);
    } finally {
      done.abort();
      final.removeEventListener('abort', abort);
    }
  }

  /** Resolves after so many seconds, or at once when the work shall stop. */
  async wait(seconds: number): Promise<void> {
    await this.clock.sleep(seconds * 1000, this.#stop.requested);
  }
}
