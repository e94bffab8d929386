import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds that one attempt may take: a little more than the 60 s after which the box's nginx answers 504. */
const ATTEMPT_MS = 65_000;
/** Milliseconds after which whoever reads the log is told what it waits for. */
const SLOW_MS = 2_000;

/** A wish to stop: `requested` ends waits, `final` ends the attempt under way too. */
export interface Stop {
  readonly requested: AbortSignal;
  readonly final: AbortSignal;
}

/** The time that one piece of work has, its retries and waits included. */
export class Deadline {
  readonly #end: number;
  readonly #stop: Stop;

  /** @param seconds from now */
  constructor(seconds: number, stop: Stop) {
    this.#end = performance.now() + seconds * 1000;
    this.#stop = stop;
  }

  get secondsLeft(): number {
    return Math.max(0, (this.#end - performance.now()) / 1000);
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
    const timeIsUp = new AbortController();
    const ms = Math.min(ATTEMPT_MS, this.secondsLeft * 1000);
    // Keeps the process alive too, even where the work waits for what can no longer come.
    const timer = setTimeout(() => timeIsUp.abort(), ms);
    const slow = setTimeout(() => onSlow((ms - SLOW_MS) / 1000), SLOW_MS);
    try {
      return await work(AbortSignal.any([timeIsUp.signal, this.#stop.final]));
    } finally {
      clearTimeout(timer);
      clearTimeout(slow);
    }
  }

  /** Resolves after so many seconds, or at once when the work shall stop. */
  async wait(seconds: number): Promise<void> {
    try {
      await pause(seconds * 1000, undefined, { signal: this.#stop.requested });
    } catch (error) {
      if (!this.stopped) throw error;
    }
  }
}
