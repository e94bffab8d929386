import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import type { Box } from '../../devkit/box/box.ts';
import { busy, change, type Fault, NETWORK_FAULTS } from '../../devkit/box/faults.ts';
import { runProcess } from '../../devkit/runner/process.ts';
import {
  ADMIN,
  asked,
  box,
  expectNoSecret,
  fastClock,
  LOGIN,
  LOGOUT,
  listen,
  NO_OUTPUTS,
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
        outputs: NO_OUTPUTS,
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
  let [cancelled, ended] = [0, Number.POSITIVE_INFINITY];
  const { conclusion, main } = await run(target, {
    cancel: cancel.signal,
    onLine: (line) => {
      if (/Trying again in \d/.test(line)) {
        cancelled = performance.now();
        cancel.abort();
      }
      if (line.startsWith('Error: Cancelled')) ended = performance.now();
    },
  });
  expect(conclusion).toBe('cancelled');
  expect(main).toMatchObject({ exitCode: 1, signal: null, annotations: [{ title: 'Cancelled' }] });
  expect(main.stdout).not.toMatch(KEY_LOST);
  expect(ended - cancelled).toBeLessThan(2_000);
  expect(asked(target)).toEqual([LOGIN]);
});

describe('whatever main is at when a signal comes, no key is left and the step is not killed later', () => {
  test('starting, before anything was sent', async () => {
    const target = await box();
    const { main, post } = await run(target, { step: { onStart: (send) => send('SIGINT') } });
    // Node dies by a signal before the step listens to it.
    expect(main).toMatchObject({ signal: 'SIGINT', outputs: NO_OUTPUTS });
    expect(post.exitCode).toBe(0);
    expect(asked(target)).toEqual([]);
  });

  test('on the wire: after each piece of data that it or the box sends', async () => {
    const asks: string[][] = [];
    for (let at = 0; ; at++) {
      const target = await box();
      let kill: (signal: NodeJS.Signals) => void = () => {};
      const wire = await relay(target, async (piece) => {
        if (piece !== at) return;
        kill('SIGINT');
        await pause(100);
      });
      const { main, post } = await run(
        { ...target, host: `localhost:${wire.port}` },
        {
          step: {
            onStart: (send) => {
              kill = send;
            },
          },
        },
      );
      if (at >= wire.pieces()) break;
      // What main sends last is the end of the connection, with all done: by then Node may listen to signals no more.
      if (main.outputs['api_key'] === undefined) {
        expect(main).toMatchObject({
          exitCode: 1,
          signal: null,
          annotations: [{ title: 'Cancelled' }],
        });
      }
      expect(post).toMatchObject({ exitCode: 0, annotations: [] });
      expect(target.daemon.sessions.keys()).toEqual([]);
      asks.push(asked(target));
    }
    expect(asks.length).toBeGreaterThan(3);
    expect(asks).toContainEqual([LOGIN, LOGOUT]);
  });

  test('done: the key is handed over already, and ended as ever', async () => {
    const target = await box();
    let kill: (signal: NodeJS.Signals) => void = () => {};
    const { main, post } = await run(target, {
      step: {
        onStart: (send) => {
          kill = send;
        },
      },
      onLine: (line) => {
        if (line.startsWith('Signed in to')) kill('SIGINT');
      },
    });
    expect(main.outputs['api_key']).toMatch(/./);
    expect(post.exitCode).toBe(0);
    expect(asked(target)).toEqual([LOGIN, LOGOUT]);
    expect(target.daemon.sessions.keys()).toEqual([]);
  });
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
    const { exitCode, stdout, stderr } = await runProcess(
      process.execPath,
      [join(ROOT, 'dist', 'post.cjs')],
      {
        cwd: ROOT,
        env: { ...fastClock(4), RUNNER_DEBUG: '1', STATE_session: JSON.stringify(session) },
        cancel: new AbortController().signal,
        onLine: () => {},
        onStart: (send) => {
          kill = send;
        },
      },
    );
    expectNoSecret(stdout + stderr, [key]);
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

/** What stands between main and a box: calls back at the connection, and at each piece of data either way. */
async function relay({ port }: Box, onPiece: (piece: number) => Promise<void>) {
  let pieces = 0;
  let connections = 0;
  const server = createServer(async (client) => {
    const isMain = connections++ === 0;
    const told = async () => {
      if (isMain) await onPiece(pieces++);
    };
    await told();
    const box = connect(port, '127.0.0.1');
    const step = () =>
      new Transform({
        transform: (data, _, done) => {
          told().then(() => done(null, data), done);
        },
      });
    for (const socket of [client, box]) socket.on('error', () => {});
    client.pipe(step()).pipe(box);
    box.pipe(step()).pipe(client);
  });
  return { port: await listen(server), pieces: () => pieces };
}
