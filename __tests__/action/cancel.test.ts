import { afterEach, expect, jest, test } from '@jest/globals';
import { handleCancellation } from '../../src/action/cancel.ts';

afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

test.each(['SIGINT', 'SIGTERM', 'SIGBREAK'])('%s is the start of 9 s', (signal) => {
  jest.useFakeTimers();
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const on = jest.spyOn(process, 'on').mockReturnThis();
  const { requested, final } = handleCancellation();
  const [, listener] = on.mock.calls.find(([name]) => name === signal) ?? [];
  expect(requested.aborted).toBe(false);
  listener?.();
  expect(requested.reason).toMatchObject({ title: 'Cancelled' });
  jest.advanceTimersByTime(8_900);
  // Nor does another signal start it again.
  listener?.();
  expect(final.aborted).toBe(false);
  jest.advanceTimersByTime(200);
  expect(final.reason).toBe(requested.reason);
  expect(write).toHaveBeenCalledTimes(1);
});
