import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { type Exchange, FAULTS } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import type { Title } from '../../src/box/errors.ts';
import * as support from '../support.ts';
import { ACCOUNTS, expectJob, failed, GOOD, LOGIN, LOGOUT, logsLostKey, onPosix, preload, run } from '../support.ts';

const CANCELLED = 'Cancelled';
const REJECTED = 'Wrong email or password';
/** The line that a step logs when the first signal comes. */
const SIGNAL_LOGGED = /^cancel/i;

type Kill = (signal: NodeJS.Signals) => void;
interface Options extends RunOptions {
  readonly signals?: string;
  /** What the box does after the signals. Default: it responds. */
  readonly fault?: (exchange: Exchange, kill: Kill) => unknown;
}

/** On Windows, the console sends CTRL_C and CTRL_BREAK. */
const SIGNALS =
  process.platform === 'win32'
    ? ['SIGINT', 'SIGBREAK']
    : ['SIGINT', 'SIGTERM', 'SIGINT SIGTERM', 'SIGINT SIGINT SIGINT'];
test.concurrent.each(SIGNALS)('a key that comes after %s is saved and revoked', async (signals) => {
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

/** What a runner does after its first signal, before it kills the step after 10 s. */
const asRunner = (_: Exchange, kill: Kill) => void setTimeout(kill, 7_500, 'SIGTERM').unref();
const WRONG = { inputs: { password: 'wrong password' } };
onPosix.each<[string, Options, Title, isLost: boolean, validKeys: number]>([
  ['rejects the login', WRONG, REJECTED, false, 0],
  ['resets the connection', { fault: FAULTS['reset-after-login'] }, CANCELLED, true, 1],
  ['stays silent', { fault: asRunner }, CANCELLED, true, 0],
])('after a signal the box %s: main ends with an error', async (...row) => {
  const [, options, error, isLost, validKeys] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await runWithSignals(box, 'login', options);
  expectJob(box, { main, post }, { ...failed(error), validKeys });
  expect(logsLostKey(main)).toBe(isLost);
  // The attempt's own error is logged too.
  if (isLost) expect(support.shown(main)).toContainEqual(expect.stringContaining(box.host));
});

onPosix('a wait between two attempts ends at once', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS['long-wait']);
  const onLine = (line: string, kill: Kill) => /^[^#].*\b503\b/.test(line) && kill('SIGINT');
  const steps = await run(box, { inputs: { timeout: '21600' }, onLine });
  expectJob(box, steps, failed(CANCELLED));
  expect(logsLostKey(steps.main)).toBe(false);
});

onPosix('a signal as main starts leaves no key', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const onStart = (kill: Kill, step: string) => step === 'main' && kill('SIGINT');
  const { main, post } = await run(box, { onStart });
  expect(main.exitCode).not.toBe(0);
  expect(post.exitCode).toBe(0);
  expect(box.keys.valid()).toEqual([]);
});

onPosix('a signal when main is done changes nothing', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const isResult = (line: string) => !line.startsWith('#') && line.includes(box.url);
  const onLine = (line: string, kill: Kill) => isResult(line) && kill('SIGINT');
  const { main, post } = await run(box, { onLine });
  expect(main.outputs['api_key']).toBe(box.keys.issued()[0]);
  expectJob(box, { main, post }, { ...GOOD, main: expect.anything() });
});

onPosix.each<[string, Options, object]>([
  ['it responds', { signals: 'SIGTERM' }, GOOD],
  ['it resets the connection', { fault: FAULTS.reset }, support.notSignedOut('warning', 'Sign-out failed')],
])('a signal while the post-step waits for the box, and %s', async (_, options, expected) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  expectJob(box, await runWithSignals(box, 'logout', options), expected);
});

async function expectRevoked(box: Box, steps: support.Steps) {
  expectJob(box, steps, failed(CANCELLED, [LOGIN, LOGOUT]));
  expect(steps.main.state['api_key']).toBe(box.keys.issued()[0]);
  expect(logsLostKey(steps.main)).toBe(false);
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
