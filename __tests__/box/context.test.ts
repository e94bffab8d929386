import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import { systemClock } from '../../src/box/context.ts';

test('a wait ends when it is cancelled, also before it starts, and leaves no listener behind', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await systemClock.sleep(1, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  const waiting = systemClock.sleep(1e6, signal);
  controller.abort();
  await waiting;
  await systemClock.sleep(1e6, signal);
});
