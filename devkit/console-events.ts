/** On Windows: a sign-in that is cancelled as by GitHub's runner, with a real CTRL_C or CTRL_BREAK, leaves no valid key. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN, startBox } from './box/box.ts';
import { runAction } from './run-action.ts';

const { email, password } = ADMIN;
// Node's names for CTRL_C and CTRL_BREAK.
for (const signal of ['SIGINT', 'SIGBREAK'] as const) {
  test(signal, async () => {
    await using box = await startBox();
    const cancelled = Promise.withResolvers<void>();
    let kill = (_: NodeJS.Signals) => {};
    box.inject(
      async ({ respond }) => {
        kill(signal);
        await Promise.race([cancelled.promise, pause(30_000, undefined, { ref: false })]);
        await respond();
      },
      { at: 'login' },
    );
    const { main, post } = await runAction({
      inputs: { email, password, host: box.host, 'ca-certificate': box.ca },
      onStart: (given, step) => {
        if (step === 'main') kill = given;
      },
      onLine: (line) => /^cancel/i.test(line) && cancelled.resolve(),
    });
    const log = [...main.log, ...post.log].join('\n');
    assert.deepEqual(
      [main.annotations.map(({ title }) => title), main.outputs],
      [['Cancelled'], {}],
      log,
    );
    assert.equal(main.state['api_key'], box.keys.issued()[0], log);
    assert.notEqual(main.exitCode, 0, log);
    assert.deepEqual([post.exitCode, post.annotations], [0, []], log);
    assert.deepEqual([box.keys.issued().length, box.keys.valid()], [1, []], log);
  });
}
