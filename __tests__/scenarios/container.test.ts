import { spawn } from 'node:child_process';
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { type Exchange, FAULTS, type Fault } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import * as support from '../support.ts';
import { ACCOUNTS, ADMIN, GOOD, LOGIN, outcome, preload, run, shown } from '../support.ts';

// The post-step finds main in /proc.
const onLinux = process.platform === 'linux' ? test.concurrent : test.concurrent.skip;

type Kill = (signal: NodeJS.Signals) => void;
interface Options extends Pick<RunOptions, 'inputs' | 'env' | 'files' | 'onLine'> {
  /** What the box does with the login. Default: it issues a key, and responds after some milliseconds. */
  readonly login?: number | ((exchange: Exchange, killMain: Kill) => unknown);
  /** When the job is cancelled: milliseconds after the login, as the response is sent, or as main starts. */
  readonly at?: number | 'response' | 'start';
  readonly isClosed?: boolean;
}

/** Runs a step of a job container that is cancelled. @returns the steps, and the seconds that the post-step took */
async function runCancelled(box: Box, { login = 300, at = 0, isClosed = false, ...rest }: Options) {
  const moment = Promise.withResolvers<void>();
  const starts: number[] = [];
  let killMain: Kill = () => {};
  const fault: Fault = async (exchange) => {
    if (typeof at === 'number') void pause(at).then(moment.resolve);
    if (typeof login === 'function') return login(exchange, killMain);
    const reply = await exchange.handle();
    await pause(login);
    moment.resolve();
    // The state is read before main can save that the key is to be kept.
    await pause(1);
    return exchange.respond(reply);
  };
  box.inject(fault, { at: 'login', times: 1 });
  if (at === 'start') moment.resolve();
  const onStart = (kill: Kill, step: string) => {
    if (step === 'main') killMain = kill;
    starts.push(performance.now());
  };
  const cancelled = (closeLog: () => void) => moment.promise.then(() => (isClosed ? closeLog() : undefined));
  const steps = await run(box, { ...rest, cancelled, onStart });
  return { ...steps, seconds: (performance.now() - (starts[1] ?? Number.NaN)) / 1000 };
}

// The longest come first, since only some run at once.
const stopMain: Options['login'] = ({ handle }, kill) => handle().then(() => kill('SIGSTOP'));
/** The box does something once main has got the signal. */
function afterSignal(work: (exchange: Exchange, kill: Kill) => unknown): Options {
  const logged = Promise.withResolvers<void>();
  const onLine = (line: string) => line.startsWith('Cancelled.') && logged.resolve();
  return { onLine, login: (exchange, kill) => logged.promise.then(() => work(exchange, kill)) };
}
/** Main then waits for 50 s. */
const LOST = { login: FAULTS['reset-after-login'], at: 1_000, env: preload('Math.random = () => 100;') };
const WARNS = { exitCode: 0, titles: ['warning: Cancelled'] };
onLinux.each<[string, Options, signal: string, atLeast: number, lessThan: number]>([
  // A main that isn't hanging may take 9.8 s.
  ['hangs is killed after 10 s', { login: stopMain, at: 500 }, 'SIGKILL', 9.8, 30],
  ['lost a response is interrupted', LOST, 'SIGINT', 0, 9],
  ['loses a response after the signal', afterSignal(FAULTS['reset-after-login']), 'SIGINT', 0, 9],
])('a main that %s, and its key may be valid', async (_, options, signal, atLeast, lessThan) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post, seconds } = await runCancelled(box, { isClosed: options.onLine === undefined, ...options });
  expect({ main: main.signal, post: outcome(post) }).toEqual({ main: signal, post: WARNS });
  support.expectLostKey({ main, post }, 'post', true);
  expect(seconds).toBeGreaterThanOrEqual(atLeast);
  expect(seconds).toBeLessThan(lessThan);
  expect(box.requestLog).toEqual([LOGIN]);
});

onLinux('a main that hangs after it has saved its key is killed, and post revokes the key', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const options = afterSignal(({ respond }, kill) => {
    box.inject(() => kill('SIGSTOP'), { at: 'logout', times: 1 });
    return respond();
  });
  const { main, post } = await runCancelled(box, options);
  expect({ main: main.signal, post: outcome(post) }).toEqual({ main: 'SIGKILL', post: GOOD.post });
  expect(box.keys.valid()).toEqual([]);
});

onLinux.each<[login: number, Options['at'], isClosed: boolean, inputs?: object]>([
  [8_000, 3_000, true],
  [300, 0, false],
  [300, 150, true],
  [300, 'response', false],
  [300, 'response', true, { logout: 'false' }],
  [300, 310, false],
  [1_000, 0, true, { 'verify-logout': 'true' }],
])('a login of %i ms, cancelled at %s, leaves no key, log closed: %s', async (login, at = 0, isClosed, inputs = {}) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { post } = await runCancelled(box, { login, at, isClosed, inputs: { ...inputs } });
  const [key = '', ...others] = box.keys.issued();
  expect({ valid: box.keys.valid(), others }).toEqual({ valid: [], others: [] });
  expect(outcome(post)).toEqual(GOOD.post);
  expect(shown(post)).toHaveLength('verify-logout' in inputs ? 1 : 0);
  // The runner doesn't know what main masked.
  expect(support.missingMasks(post.masks, ADMIN.email, key)).toEqual([]);
});

onLinux('a main that had no time to save anything is found', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = mkdtempDisposableSync(join(tmpdir(), 'container-'));
  const path = join(directory.path, 'login');
  const wait = preload(`import { existsSync } from 'node:fs';
    while (process.argv[1].endsWith('post.cjs') && !existsSync('${path}')) await new Promise((r) => setTimeout(r, 20));`);
  const login: Fault = async ({ respond }) => {
    writeFileSync(path, '');
    await pause(2_000);
    return respond();
  };
  const { main, post } = await runCancelled(box, { login, at: 'start', env: wait });
  expect(outcome(main)).toEqual({ exitCode: 'SIGINT', titles: ['error: Cancelled'] });
  expect(outcome(post)).toEqual(GOOD.post);
  expect({ issued: box.keys.issued().length, valid: box.keys.valid() }).toEqual({ issued: 1, valid: [] });
});

const KILLED = preload("if (process.argv[1].endsWith('main.cjs')) process.kill(process.pid, 'SIGKILL');");
onLinux.each<[string, Options]>([
  ['its state', { login: (_, kill) => kill('SIGKILL'), at: 500 }],
  ['nothing', { at: 'start', env: KILLED }],
  ['nothing, without a state file', { at: 'start', files: { GITHUB_STATE: '' } }],
])('nobody waits for the main of another job or action if this one ended and had saved %s', async (_, options) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  using directory = mkdtempDisposableSync(join(tmpdir(), 'container-'));
  const script = join(directory.path, 'main.cjs');
  writeFileSync(script, 'setTimeout(() => {}, 60_000)');
  const main = join(import.meta.dirname, '../../dist/main.cjs');
  const env = options.files ? {} : { GITHUB_STATE: join(tmpdir(), 'elsewhere', 'state') };
  const other = spawn(process.execPath, [script, main], { env, timeout: 60_000 });
  const { post, seconds } = await runCancelled(box, options);
  expect({ post: outcome(post), shown: shown(post) }).toEqual({ post: GOOD.post, shown: [] });
  expect(seconds).toBeLessThan(5);
  expect(other).toMatchObject({ exitCode: null, signalCode: null });
  other.kill();
});
