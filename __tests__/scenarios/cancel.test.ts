import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Box } from '../../devkit/box/box.ts';
import { busy, change, type Fault, NETWORK_FAULTS } from '../../devkit/box/faults.ts';
import { runProcess } from '../../devkit/runner/process.ts';
import {
  ADMIN,
  asked,
  box,
  fastClock,
  LOGIN,
  LOGOUT,
  ROOT,
  type RunOptions,
  run,
} from '../support.ts';

const KEY_LOST =
  /If the box granted a key in an answer that was lost, nobody knows it; it lives for up to two days\./;
const SIGNALS: readonly NodeJS.Signals[][] = [
  ['SIGINT'],
  ['SIGTERM'],
  ['SIGINT', 'SIGTERM'],
  ['SIGINT', 'SIGINT', 'SIGINT'],
];

describe('a login that is under way', () => {
  test.each(SIGNALS.map((signals) => [signals.join(', '), signals] as const))(
    'is waited for after %s; its key is saved, and the post-step ends it',
    async (_, signals) => {
      const target = await box();
      const { main, post } = await runWithSignals(target, LOGIN, signals);
      expect(main).toMatchObject({
        exitCode: 1,
        signal: null,
        annotations: [{ level: 'error', title: 'Cancelled' }],
        outputs: {},
      });
      expect(main.log[0]).toBe(
        'Cancelled. An answer that is under way is waited for, 9 s at the most.',
      );
      expect(main.state['session']).toMatch(/"api_key"/);
      expect(post).toMatchObject({ exitCode: 0, annotations: [] });
      expect(asked(target)).toEqual([LOGIN, LOGOUT]);
      expect(target.daemon.sessions.keys()).toEqual([]);
    },
  );

  test('and is refused: the refusal is told', async () => {
    const target = await box();
    const { main } = await runWithSignals(target, LOGIN, ['SIGINT'], {
      with: { password: 'not the password' },
    });
    expect(main).toMatchObject({ exitCode: 1, annotations: [{ title: 'Password refused' }] });
  });

  test('in a job that is cancelled as GitHub does it: the same, and never killed', async () => {
    const target = await box();
    const cancel = new AbortController();
    const late: Fault = async ({ send }) => {
      cancel.abort();
      await pause(8_000);
      return send();
    };
    target.strike(late, { at: LOGIN });
    const { conclusion, main, post } = await run(target, {
      cancel: cancel.signal,
      after: [{ run: 'echo never' }],
    });
    expect(conclusion).toBe('cancelled');
    expect(main).toMatchObject({ exitCode: 1, signal: null });
    expect(post).toMatchObject({ exitCode: 0, annotations: [] });
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('and gets no answer: ends by itself before the runner kills it, and says what it means', async () => {
    const target = await box();
    const cancel = new AbortController();
    target.strike(() => cancel.abort());
    const { main } = await run(target, { cancel: cancel.signal });
    expect(main).toMatchObject({
      exitCode: 1,
      signal: null,
      annotations: [{ title: 'Cancelled', message: expect.stringMatching(KEY_LOST) }],
    });
  });

  test('and loses its answer: is not tried again', async () => {
    const target = await box();
    const { main } = await runWithSignals(
      target,
      LOGIN,
      ['SIGTERM'],
      {},
      NETWORK_FAULTS['reset-after-work'],
    );
    expect(main).toMatchObject({
      exitCode: 1,
      annotations: [{ title: 'Cancelled', message: expect.stringMatching(KEY_LOST) }],
    });
    expect(asked(target)).toEqual([LOGIN]);
  });
});

test('a wait between two attempts ends at once', async () => {
  const target = await box();
  target.strike(busy(503, '100'));
  const cancel = new AbortController();
  const started = performance.now();
  const { conclusion, main } = await run(target, {
    cancel: cancel.signal,
    onLine: (line) => {
      if (/Trying again in \d/.test(line)) cancel.abort();
    },
  });
  expect(conclusion).toBe('cancelled');
  expect(main).toMatchObject({ exitCode: 1, signal: null, annotations: [{ title: 'Cancelled' }] });
  expect(main.stdout).not.toMatch(KEY_LOST);
  expect(performance.now() - started).toBeLessThan(7_500);
});

test('at whatever moment the signal comes, no key is left and the step is not killed later', async () => {
  for (let after = 0; after <= 160; after += 8) {
    const target = await box();
    const { main, post } = await run(target, {
      step: { onStart: (send) => setTimeout(send, after, 'SIGINT') },
    });
    // Node dies by a signal before the step listens to them, when nothing was sent, and after all is done.
    if (main.signal !== null) expect([[], [LOGIN, LOGOUT]]).toContainEqual(asked(target));
    expect(post.exitCode).toBe(0);
    expect(target.daemon.sessions.keys()).toEqual([]);
  }
});

describe('signing out', () => {
  test('at once, because something is wrong: goes on within what is left of the 9 s', async () => {
    const target = await box();
    target.strike(change({ privileges: 'wrong' }), { at: LOGIN });
    const { main, post } = await runWithSignals(target, LOGOUT, ['SIGINT', 'SIGTERM']);
    expect(main).toMatchObject({
      exitCode: 1,
      signal: null,
      annotations: [{ title: 'Answer not understood' }],
    });
    expect(post.exitCode).toBe(0);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  test('at once, without an answer: ends before the runner kills it, and the post-step does it', async () => {
    const target = await box();
    target.strike(change({ privileges: 'wrong' }), { at: LOGIN });
    const cancel = new AbortController();
    target.strike(() => cancel.abort(), { at: LOGOUT, times: 1 });
    const { main } = await run(target, { cancel: cancel.signal });
    expect(main).toMatchObject({
      exitCode: 1,
      signal: null,
      annotations: [{ title: 'Answer not understood' }],
    });
    expect(asked(target)).toEqual([LOGIN, LOGOUT, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });

  // The runner sends no signals to a post-step under always(); a machine that shuts down does.
  test.each<[string, Fault, number]>([
    ['and answered: is silent', ({ send }) => pause(500).then(() => send()), 0],
    ['and not answered: warns within 9 s', NETWORK_FAULTS.silent, 1],
    ['and broken off: warns, without another try', NETWORK_FAULTS.close, 1],
  ])('in the post-step, under a signal, %s', async (_, fault, warnings) => {
    const target = await box();
    const key = target.daemon.sessions.create(ADMIN.email, `${ADMIN.password}\n`);
    const session = {
      url: target.url,
      accounts: [ADMIN.email],
      api_key: key,
      ca: target.ca,
      verifyLogout: false,
    };
    let kill: (signal: NodeJS.Signals) => void = () => {};
    target.strike(async (exchange) => {
      kill('SIGTERM');
      await pause(300);
      return fault(exchange);
    });
    const { exitCode, stdout } = await runProcess(
      process.execPath,
      [join(ROOT, 'dist', 'post.cjs')],
      {
        cwd: ROOT,
        env: { ...fastClock(4), STATE_session: JSON.stringify(session) },
        cancel: new AbortController().signal,
        onLine: () => {},
        onStart: (send) => {
          kill = send;
        },
      },
    );
    expect(exitCode).toBe(0);
    expect(stdout.match(/^::warning title=Key not ended::/gm) ?? []).toHaveLength(warnings);
    expect(asked(target)).toEqual([LOGOUT]);
  });
});

/** Runs a job whose main step gets signals while the box is at a request, which it then goes on with. */
function runWithSignals(
  target: Box,
  at: string,
  signals: readonly NodeJS.Signals[],
  options: RunOptions = {},
  fault: Fault = ({ send }) => send(),
) {
  let kill: (signal: NodeJS.Signals) => void = () => {};
  const strike: Fault = async (exchange) => {
    for (const signal of signals) {
      kill(signal);
      await pause(300);
    }
    return fault(exchange);
  };
  target.strike(strike, { at, times: 1 });
  return run(target, {
    ...options,
    step: {
      onStart: (send) => {
        kill = send;
      },
    },
  });
}
