import { test } from '@jest/globals';
import { systemClock } from '../../src/box/context.ts';

test('a wait ends when it is cancelled, also before it starts', async () => {
  const controller = new AbortController();
  const waiting = systemClock.sleep(1e6, controller.signal);
  controller.abort();
  await waiting;
  await systemClock.sleep(1e6, controller.signal);
});
