import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { type Exchange, FAULTS, type Fault } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import type { Title } from '../../src/box/errors.ts';
import type { Steps } from '../support.ts';
import * as support from '../support.ts';

const { ACCOUNTS, GOOD, LOGIN, LOGOUT, VERIFY } = support;
const { expectJob, expectLostKey, failed, onPosix, preload, run, shown } = support;

const CANCELLED = 'Cancelled';
/** The line that a step logs when the first signal comes. */
const SIGNAL_LOGGED = /^cancel/i;

type Kill = (signal: NodeJS.Signals) => void;
interface Options extends RunOptions {
  readonly signals?: string;
  /** What the box does after the signals. Default: it responds. */
  readonly fault?: (exchange: Exchange, kill: Kill) => unknown;
}

/** How a job ends whose main is cancelled: on Unix, by the first signal that main got. */
function cancelled(requests: string[], exitCode: string | number = 'SIGINT') {
  const { main, ...rest } = failed(CANCELLED, requests);
  return { ...rest, main: { ...main, exitCode: process.platform === 'win32' ? 1 : exitCode } };
}

/** Main has revoked the key, and the post-step does once more. */
const TWICE = [LOGIN, LOGOUT, LOGOUT];
const REVOKED = 'The key was revoked.';
const NOT_REVOKED = "couldn't be revoked here";
/** On Windows, the console sends CTRL_C and CTRL_BREAK. */
const SIGNALS = process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGTERM', 'SIGINT SIGTERM SIGINT'];
test.concurrent.each(SIGNALS)('a key that comes after %s is saved and revoked', async (signals) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const steps = await runWithSignals(box, 'login', { signals });
  expectJob(box, steps, cancelled(TWICE, signals.split(' ')[0]));
  expect(steps.main.state).toMatchObject({ api_key: box.keys.issued()[0], revoked: 'true' });
  expectFate(steps, REVOKED);
  expect(shown(steps.post)).toEqual([]);
});

const OK: Fault = ({ respond }) => respond();
const SLOW: Fault = ({ respond }) => pause(4_000).then(() => respond());
const [NO, LIE] = [FAULTS[404], FAULTS['lying-logout']];
const AGAIN = FAULTS[502];
const VERIFIED = { inputs: { 'verify-logout': 'true' } };
/** As if the box took until 9.3 s after the signal to revoke the key. */
const LATE = preload(`const { setTimeout: start } = globalThis;
  globalThis.setTimeout = (work, ms, ...rest) => start(work, { 9000: 3000, 9500: 30000 }[ms] ?? ms, ...rest);`);
/** A process can't send it. */
const SIGBREAK = preload("process.on('SIGUSR2', () => process.emit('SIGBREAK', 'SIGBREAK'));");
const PLAIN = { inputs: { ...support.as(support.USER), 'require-privilege': 'admin' } };
const WARNS = { exitCode: 0, titles: ['warning: Sign-out failed'] };
const FAILS = { exitCode: 1, titles: ['error: Key still valid'] };
/** With what the box does at each logout. */
onPosix.each<[name: string, Options, Fault[], fate: string, post?: object]>([
  ['is revoked, though it was to be kept', { inputs: { logout: 'false' } }, [OK], REVOKED],
  ['is revoked, which post verifies', VERIFIED, [OK], REVOKED],
  ['is revoked, though it has no privilege', PLAIN, [OK], REVOKED],
  ['is revoked by post', {}, [NO], NOT_REVOKED],
  ['is revoked by main, and post fails silently', {}, [OK, NO], REVOKED],
  ['is revoked by main, and post retries silently', {}, [OK, AGAIN], REVOKED],
  ['is revoked when the 9 s are over', { env: LATE }, [SLOW], REVOKED],
  ['is revoked: SIGBREAK', { env: SIGBREAK, signals: 'SIGUSR2' }, [OK], REVOKED],
  ['is not revoked', {}, [NO, NO], NOT_REVOKED, WARNS],
  ['is not revoked, which post notices', VERIFIED, [LIE, LIE], REVOKED, FAILS],
])('a key that comes after a signal %s', async (_, options, faults, fate, post = GOOD.post) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  for (const each of faults) box.inject(each, { at: 'logout', times: 1 });
  const steps = await runWithSignals(box, 'login', options);
  const more = options === VERIFIED ? [VERIFY] : faults.includes(AGAIN) ? [LOGOUT] : [];
  const requests = [...TWICE, ...more];
  const expected = cancelled(requests, options.env === SIGBREAK ? 1 : 'SIGINT');
  expectJob(box, steps, { ...expected, post, validKeys: post === GOOD.post ? 0 : 1 });
  expectFate(steps, fate);
  if (fate === REVOKED && options !== VERIFIED) expect(shown(steps.post)).toEqual([]);
});

/** Code that prints a line as main looks up or connects, which never ends. A look-up can't be aborted. */
const STUCK_LOOKUP = preload(`import dns from 'node:dns'; import { pbkdf2 } from 'node:crypto';
  dns.lookup = (name, options, done) => (console.log('stuck'), pbkdf2('', '', 1e9, 64, 'sha512', done));`);
const STUCK_CONNECT = preload(`import { Socket } from 'node:net';
  Socket.prototype.connect = function () { return console.log('stuck'), this; };`);
onPosix.each<[string, (silent: string) => RunOptions]>([
  ['looks up the box', () => ({ env: STUCK_LOOKUP })],
  ['connects', () => ({ env: STUCK_CONNECT })],
  ['shakes hands', (host) => ({ inputs: { host } })],
  ['waits for a proxy', (host) => ({ inputs: { host: 'box.test' }, env: { https_proxy: `http://${host}` } })],
])('a signal while main %s ends it at once, and nothing is sent', async (_, options) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const times: number[] = [];
  let cancel = () => {};
  const onStart = (kill: Kill, step: string) => {
    if (step === 'main') cancel = () => [times.push(performance.now()), kill('SIGINT')];
  };
  const onLine = (line: string) => line === 'stuck' && cancel();
  const between = () => times.push(performance.now());
  const server = createServer((socket) => void socket.on('error', () => {}).once('data', () => cancel()));
  await once(server.listen(0, 'localhost').unref(), 'listening');
  const silent = `localhost:${(server.address() as AddressInfo).port}`;
  const steps = await run(box, { ...options(silent), onStart, onLine, between });
  expectJob(box, steps, cancelled([]));
  expectFate(steps, 'No login was sent.');
  expect(shown(steps.main).filter((line) => SIGNAL_LOGGED.test(line))).toEqual([]);
  // A second, and what a busy machine adds; a response would have 9 s.
  const [start = Number.NaN, end = Number.NaN] = times;
  expect(end - start).toBeLessThan(5_000);
});

/** What a runner does after its first signal, before it kills the step after 10 s. */
const asRunner = (_: Exchange, kill: Kill) => void setTimeout(kill, 7_500, 'SIGTERM').unref();
const WRONG = { inputs: { password: 'wrong password' } };
onPosix.each<[string, Options, Title, isLost: boolean, validKeys: number]>([
  ['rejects the login', WRONG, 'Wrong email or password', false, 0],
  ['resets the connection', { fault: FAULTS['reset-after-login'] }, CANCELLED, true, 1],
  ['stays silent', { fault: asRunner }, CANCELLED, true, 0],
])('after a signal the box %s: main ends with an error', async (...row) => {
  const [, options, error, isLost, validKeys] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await runWithSignals(box, 'login', options);
  expectJob(box, { main, post }, { ...(error === CANCELLED ? cancelled([LOGIN]) : failed(error)), validKeys });
  expectLostKey({ main, post }, 'main', isLost);
  // The attempt's own error is logged too.
  if (isLost) expect(support.shown(main)).toContainEqual(expect.stringContaining(box.host));
});

onPosix('a wait between two attempts ends at once', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS['long-wait']);
  const onLine = (line: string, kill: Kill) => /^[^#].*\b503\b/.test(line) && kill('SIGINT');
  const steps = await run(box, { inputs: { timeout: '21600' }, onLine });
  expectJob(box, steps, cancelled([LOGIN]));
  expectFate(steps, 'The box issued no key.');
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

/** What the annotation of main says of the key. */
function expectFate({ main }: Steps, fate: string) {
  expect(main.annotations.map(({ message }) => message)).toEqual([expect.stringContaining(fate)]);
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
