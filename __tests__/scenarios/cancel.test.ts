import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { type Exchange, FAULTS } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import { ACCOUNTS, LOGIN, LOGOUT, run, titles, USER } from '../support.ts';

const CANCELLED = 'error: Cancelled';
const PASSWORD_REJECTED = 'error: Password refused';
const PRIVILEGE_MISSING = 'error: Privilege missing';
const KEY_NOT_REVOKED = 'warning: Key not ended';
/** The line that a step logs when the first signal comes. */
const SIGNAL_LOGGED = /^cancel/i;
/** What only the report of a lost key says. */
const LOST_KEY = /\bkey\b/;
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
  const { main, post } = await runWithSignals(box, 'login', { signals });
  const [key = 'none'] = box.keys.issued();
  expect([main.exitCode, titles(main), main.outputs]).toEqual([1, [CANCELLED], {}]);
  expect(Object.values(main.state).join()).toContain(key);
  expect([titles(post), box.requestLog, box.keys.valid()]).toEqual([[], [LOGIN, LOGOUT], []]);
});

/** What a runner does after its first signal. */
const asRunner = (_: Exchange, kill: Kill) => {
  setTimeout(kill, 7_500, 'SIGTERM');
  setTimeout(kill, 10_000, 'SIGKILL');
};
const WRONG = { inputs: { password: 'wrong password' } };
const { email, password } = USER;
const NO_ADMIN = { inputs: { email, password, 'require-privilege': 'admin' } };
onPosix.each<[string, Options, string, string[]]>([
  ['rejects the login', WRONG, PASSWORD_REJECTED, [LOGIN]],
  ['sends no privileges', NO_ADMIN, PRIVILEGE_MISSING, [LOGIN, LOGOUT]],
  ['resets the connection', { fault: FAULTS['reset-after-login'] }, CANCELLED, [LOGIN]],
  ['stays silent', { fault: asRunner }, CANCELLED, [LOGIN]],
])('after a signal the box %s: main ends with an error', async (_, options, error, requests) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await runWithSignals(box, 'login', options);
  expect([main.exitCode, titles(main), main.outputs]).toEqual([1, [error], {}]);
  if (error === CANCELLED) expect(main.annotations[0]?.message).toMatch(LOST_KEY);
  else expect(box.keys.valid()).toEqual([]);
  expect([post.exitCode, titles(post), box.requestLog]).toEqual([0, [], requests]);
});

onPosix('a wait between two attempts ends at once', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS['long-wait']);
  const onLine = (line: string, kill: Kill) => /^[^#].*\b503\b/.test(line) && kill('SIGINT');
  const { main } = await run(box, { inputs: { timeout: '21600' }, onLine });
  expect([main.exitCode, titles(main), box.requestLog]).toEqual([1, [CANCELLED], [LOGIN]]);
  expect(main.annotations[0]?.message).not.toMatch(LOST_KEY);
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
  const onLine = (line: string, kill: Kill) => !line.startsWith('#') && kill('SIGINT');
  const { main, post } = await run(box, { onLine });
  expect(main.outputs['api_key']).toBe(box.keys.issued()[0]);
  expect([titles(post), box.requestLog, box.keys.valid()]).toEqual([[], [LOGIN, LOGOUT], []]);
});

onPosix.each<[string, Options, string[], string[], number]>([
  ['main', { signals: 'SIGINT SIGTERM', ...NO_ADMIN }, [PRIVILEGE_MISSING], [], 0],
  ['the post-step', { signals: 'SIGTERM' }, [], [], 0],
  ['the post-step, with a reset', { fault: FAULTS.reset }, [], [KEY_NOT_REVOKED], 1],
])('a signal during the logout of %s', async (_, options, errors, warnings, left) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await runWithSignals(box, 'logout', options);
  expect([main.signal, titles(main)]).toEqual([null, errors]);
  expect([post.exitCode, titles(post)]).toEqual([0, warnings]);
  expect([box.requestLog, box.keys.valid().length]).toEqual([[LOGIN, LOGOUT], left]);
});

onPosix.each([0, 1, 2, 3, 4, 5])('a signal at piece %i of the data leaves no key', async (at) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  let kill: Kill = () => {};
  let pieces = 0;
  const wait = async () => {
    if (pieces++ !== at) return;
    kill('SIGINT');
    await pause(100);
  };
  async function* pass(source: AsyncIterable<Uint8Array>) {
    for await (const data of source) {
      await wait();
      yield data;
    }
  }
  await using relay = createServer(async (client) => {
    await wait();
    pipeline(client, pass, connect(box.port, 'localhost'), pass, client, () => {});
  });
  await once(relay.listen(0, 'localhost'), 'listening');
  const { port } = relay.address() as AddressInfo;
  const onStart = (given: Kill, step: string) => {
    if (step === 'main') kill = given;
  };
  const { main, post } = await run({ ...box, host: `localhost:${port}` }, { onStart });
  // The response is piece 4 or 5, and then main may be done.
  if (at < 4 || main.outputs['api_key'] === undefined) {
    expect([main.exitCode, titles(main)]).toEqual([1, [CANCELLED]]);
  }
  expect([post.exitCode, titles(post), box.keys.valid()]).toEqual([0, [], []]);
});

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
