import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { type Exchange, FAULTS } from '../../devkit/box/faults.ts';
import type { RunOptions, Step } from '../../devkit/run-action.ts';
import { ACCOUNTS, LOGIN, LOGOUT, preload, run, shown, titles } from '../support.ts';

const CANCELLED = 'error: Cancelled';
const REJECTED = 'error: Wrong email or password';
const SIGN_OUT_FAILED = 'warning: Sign-out failed';
/** The line that a step logs when the first signal comes. */
const SIGNAL_LOGGED = /^cancel/i;
/** Windows has no signals. */
const onPosix = process.platform === 'win32' ? test.concurrent.skip : test.concurrent;

type Kill = (signal: NodeJS.Signals) => void;
interface Options extends RunOptions {
  readonly signals?: string;
  /** What the box does after the signals. Default: it responds. */
  readonly fault?: (exchange: Exchange, kill: Kill) => unknown;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGINT SIGTERM', 'SIGINT SIGINT SIGINT'];
onPosix.each(SIGNALS)('a key that comes after %s is saved and revoked', async (signals) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await expectRevoked(box, await runWithSignals(box, 'login', { signals }));
});

test.concurrent('a key that comes after SIGBREAK, which Windows sends, is revoked', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const code = `const { on } = process;
    process.on = (name, listener) => {
      if (name === 'SIGBREAK') setImmediate(() => process.emit(name));
      return on.call(process, name, listener);
    };`;
  await expectRevoked(box, await run(box, { env: preload(code) }));
});

/** What a runner does after its first signal. */
const asRunner = (_: Exchange, kill: Kill) => {
  setTimeout(kill, 7_500, 'SIGTERM');
  setTimeout(kill, 10_000, 'SIGKILL');
};
const WRONG = { inputs: { password: 'wrong password' } };
onPosix.each<[string, Options, string, isLost: boolean]>([
  ['rejects the login', WRONG, REJECTED, false],
  ['resets the connection', { fault: FAULTS['reset-after-login'] }, CANCELLED, true],
  ['stays silent', { fault: asRunner }, CANCELLED, true],
])('after a signal the box %s: main ends with an error', async (_, options, error, isLost) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await runWithSignals(box, 'login', options);
  expect([main.exitCode, titles(main), main.outputs]).toEqual([1, [error], {}]);
  expect(logsLostKey(main)).toBe(isLost);
  // The attempt's own error is logged too.
  if (isLost) expect(shown(main)).toContainEqual(expect.stringContaining(box.host));
  expect([post.exitCode, titles(post), box.requestLog]).toEqual([0, [], [LOGIN]]);
});

onPosix('a wait between two attempts ends at once', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS['long-wait']);
  const onLine = (line: string, kill: Kill) => /^[^#].*\b503\b/.test(line) && kill('SIGINT');
  const { main } = await run(box, { inputs: { timeout: '21600' }, onLine });
  expect([main.exitCode, titles(main), box.requestLog]).toEqual([1, [CANCELLED], [LOGIN]]);
  expect(logsLostKey(main)).toBe(false);
});

onPosix('a signal as main starts leaves no key', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const onStart = (kill: Kill, step: string) => step === 'main' && kill('SIGINT');
  const { main, post } = await run(box, { onStart });
  expect(main.exitCode).not.toBe(0);
  expect([main.outputs, post.exitCode, box.keys.valid()]).toEqual([{}, 0, []]);
});

onPosix('a signal when main is done changes nothing', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const isResult = (line: string) => !line.startsWith('#') && line.includes(box.url);
  const onLine = (line: string, kill: Kill) => isResult(line) && kill('SIGINT');
  const { main, post } = await run(box, { onLine });
  expect(main.outputs['api_key']).toBe(box.keys.issued()[0]);
  expect([titles(post), box.requestLog, box.keys.valid()]).toEqual([[], [LOGIN, LOGOUT], []]);
});

onPosix.each<[string, Options, string[], number]>([
  ['it responds', { signals: 'SIGTERM' }, [], 0],
  ['it resets the connection', { fault: FAULTS.reset }, [SIGN_OUT_FAILED], 1],
])('a signal while the post-step waits for the box, and %s', async (_, options, warnings, left) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { post } = await runWithSignals(box, 'logout', options);
  expect([post.exitCode, titles(post), box.keys.valid().length]).toEqual([0, warnings, left]);
  expect(box.requestLog).toEqual([LOGIN, LOGOUT]);
});

async function expectRevoked(box: Box, { main, post }: Record<'main' | 'post', Step>) {
  expect([main.exitCode, titles(main), main.outputs]).toEqual([1, [CANCELLED], {}]);
  expect(main.state['api_key']).toBe(box.keys.issued()[0]);
  expect(logsLostKey(main)).toBe(false);
  expect([titles(post), box.requestLog, box.keys.valid()]).toEqual([[], [LOGIN, LOGOUT], []]);
}

function logsLostKey(main: Step): boolean {
  return shown(main).some((line) => /\blost\b/.test(line));
}

/** Runs a job. The step that sent the request gets the signals before the box responds. */
function runWithSignals(box: Box, at: 'login' | 'logout', options: Options) {
  const { signals = 'SIGINT', fault = ({ respond }) => respond(), ...rest } = options;
  let kill: Kill = () => {};
  const logged = Promise.withResolvers<void>();
  const interrupt = async (exchange: Exchange) => {
    for (const signal of signals.split(' ')) {
      kill(signal as NodeJS.Signals);
      // Only the first one is logged.
      await Promise.race([logged.promise, once(exchange.response, 'close')]);
      await pause(50);
    }
    return fault(exchange, kill);
  };
  box.inject(interrupt, { at, times: 1 });
  const onStart = (given: Kill) => {
    kill = given;
  };
  const onLine = (line: string) => SIGNAL_LOGGED.test(line) && logged.resolve();
  return run(box, { ...rest, onStart, onLine });
}
