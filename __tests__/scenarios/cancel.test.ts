import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../devkit/box/faults.ts';
import { asked, box, LOGIN, LOGOUT, run } from '../support.ts';

describe('a job that is cancelled', () => {
  test.each([['SIGINT'], ['SIGTERM'], ['SIGINT', 'SIGTERM', 'SIGINT']] as NodeJS.Signals[][])(
    'during a login, by %s: waits for the answer, saves the key, fails, and the post-step ends it',
    async (...signals) => {
      const target = await box();
      let kill: (signal: NodeJS.Signals) => void = () => {};
      const cancelFirst: Fault = async ({ send }) => {
        for (const signal of signals) {
          kill(signal);
          await pause(300);
        }
        return send();
      };
      target.strike(cancelFirst, { at: LOGIN });
      const { main, post } = await run(target, {
        step: {
          onStart: (send) => {
            kill = send;
          },
        },
      });
      expect(main).toMatchObject({
        exitCode: 1,
        signal: null,
        annotations: [{ level: 'error', title: 'Cancelled' }],
        outputs: {},
      });
      expect(main.state['session']).toMatch(/"api_key"/);
      expect(post).toMatchObject({ exitCode: 0, stderr: '' });
      expect(asked(target)).toEqual([LOGIN, LOGOUT]);
      expect(target.daemon.sessions.keys()).toEqual([]);
    },
  );

  test('while the action waits to try again: ends at once', async () => {
    const target = await box();
    target.daemonRuns = false;
    const cancel = new AbortController();
    const started = performance.now();
    const { conclusion, main } = await run(target, {
      cancel: cancel.signal,
      onLine: (line) => {
        if (/Trying again in [2-9]/.test(line)) cancel.abort();
      },
    });
    expect(conclusion).toBe('cancelled');
    expect(main).toMatchObject({
      exitCode: 1,
      signal: null,
      annotations: [{ title: 'Cancelled' }],
    });
    expect(performance.now() - started).toBeLessThan(7_500);
  });

  test('during a login that gets no answer: ends by itself before the runner kills it, and says what it means', async () => {
    const target = await box();
    const cancel = new AbortController();
    target.strike(() => cancel.abort());
    const { main } = await run(target, { cancel: cancel.signal });
    expect(main).toMatchObject({
      exitCode: 1,
      signal: null,
      annotations: [
        {
          title: 'Cancelled',
          message: expect.stringMatching(
            /If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days\./,
          ),
        },
      ],
    });
  });
});
