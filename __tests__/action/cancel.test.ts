import { afterEach, expect, jest, test } from '@jest/globals';
import { listenForCancellation } from '../../src/action/cancel.ts';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('%s is the start of 9 s, and of 0.5 s more to revoke a key', (signal) => {
  jest.useFakeTimers();
  const on = jest.spyOn(process, 'on').mockReturnThis();
  const { requested, final, last } = listenForCancellation();
  const [, listener] = on.mock.calls.find(([name]) => name === signal) ?? [];
  expect(requested.aborted).toBe(false);
  listener?.(signal);
  expect(requested.reason).toBe(signal);
  jest.advanceTimersByTime(8_900);
  // Nor does another signal start it again, or count.
  listener?.('SIGTERM');
  expect({ reason: requested.reason, isFinal: final.aborted }).toEqual({ reason: signal, isFinal: false });
  jest.advanceTimersByTime(200);
  expect({ isFinal: final.aborted, isLast: last.aborted }).toEqual({ isFinal: true, isLast: false });
  jest.advanceTimersByTime(300);
  expect(last.aborted).toBe(false);
  jest.advanceTimersByTime(100);
  expect(last.aborted).toBe(true);
});
