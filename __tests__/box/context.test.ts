import { afterEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '../../src/box/context.ts';

afterEach(() => void jest.useRealTimers());

test('a time limit is a timer, which nothing collects', () => {
  jest.useFakeTimers();
  const signal = systemClock.timeout(65_000);
  jest.advanceTimersByTime(64_999);
  expect(signal.aborted).toBe(false);
  jest.advanceTimersByTime(1);
  expect(signal.aborted).toBe(true);
});

test('a wait ends when it is cancelled, also before it starts', async () => {
  const controller = new AbortController();
  const waiting = systemClock.sleep(1e6, controller.signal);
  controller.abort();
  await waiting;
  await systemClock.sleep(1e6, controller.signal);
});
