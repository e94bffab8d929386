import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../src/box/context.ts';

/** Turns of the event loop without news after which everybody is taken to wait. */
const IDLE_TURNS = 5;

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that jumps to the next sleeper as soon as all are idle. Not for real I/O. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  let running = false;
  const sleepers = new Set<Sleeper>();

  async function run(): Promise<void> {
    running = true;
    while (sleepers.size > 0) {
      for (let idle = 0; idle < IDLE_TURNS; idle++) await turn();
      const [next] = [...sleepers].sort((one, other) => one.until - other.until);
      if (next === undefined) break;
      now = Math.max(now, next.until);
      next.wake();
    }
    running = false;
  }

  function sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: now + ms, wake };
      sleepers.add(sleeper);
      signal.addEventListener('abort', wake);
      if (!running) void run();
    });
  }

  return { now: () => now, sleep };
}
