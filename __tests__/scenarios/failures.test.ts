import { expect, test } from '@jest/globals';
import { type Box, startBox } from '../../devkit/box/box.ts';
import { FAULTS, type Fault, type FaultName, respondWith } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import type { Title } from '../../src/box/errors.ts';
import * as support from '../support.ts';

const { ACCOUNTS, ADMIN, GOOD, LOGIN, LOGOUT, VERIFY } = support;
const { as, expectJob, expectLostKey, failed, notSignedOut, outcome, preload, run, shown } = support;

interface Setup extends Pick<RunOptions, 'inputs' | 'env'> {
  readonly before?: (box: Box) => void;
  /** At the login. */
  readonly fault?: Fault;
  /** Something that the error mentions. */
  readonly datum?: string;
  /** Whether the step reports a lost response, and the box has a key that nobody knows. Default: false. */
  readonly lost?: boolean;
}
type Failure = [name: string, Title, Setup, requests?: string[]];

const WRONG = as({ ...ADMIN, password: 'not the password' });
const NO_ADDRESS_ONCE = preload(`import dns from 'node:dns'; const { lookup } = dns;
  dns.lookup = (name, options, callback) => {
    dns.lookup = lookup;
    setImmediate(callback, Object.assign(new Error(name), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));
  };`);
/** Throws an unexpected error as a step prints a line. */
const bug = (line: RegExp, error = `new TypeError('a bug\\n::error::injected')`) =>
  preload(`const { write } = process.stdout;
  process.stdout.write = function (text, ...rest) {
    if (${line}.test(text)) throw ${error};
    return write.call(this, text, ...rest);
  };`);
/** Throws one as a body is read. */
const IN_EXCHANGE = preload(`import { Readable } from 'node:stream';
  Readable.prototype[Symbol.asyncIterator] = () => { throw new TypeError('a bug'); };`);
const FIRST_DEBUG_LINE = /^::debug::https/;
/** All waits so long that there is no other attempt. */
const LONG_WAITS = preload('Math.random = () => 1e6');
/** Beside a key. */
const PRIVILEGES: Fault = async (exchange) => {
  const body = (await exchange.handle()).body.replace(/"admin"/, '"`id`"');
  return respondWith(body)(exchange);
};

test.concurrent.each<Failure>([
  ['a wrong input', 'Invalid input', { inputs: { timeout: '2m' }, datum: 'timeout' }, []],
  ['500', 'Box error', { fault: FAULTS[500], datum: '500', lost: true }],
  ['a password', 'Wrong email or password', { inputs: WRONG, datum: ADMIN.email }],
  ['a stopped box', 'Box unreachable', { before: (box) => box.stop(), env: LONG_WAITS }, []],
  ['invalid privileges', 'Not a Mail-in-a-Box API', { fault: PRIVILEGES }, [LOGIN, LOGOUT]],
  ['a bug', 'Unexpected error', { env: bug(FIRST_DEBUG_LINE), datum: 'a bug' }, []],
  ['a TypeError in the exchange', 'Unexpected error', { env: IN_EXCHANGE, datum: 'a bug', lost: true }],
])('signing in fails: %s', async (_, title, setup, requests = [LOGIN]) => {
  const { before, fault, datum = '', lost = false } = setup;
  await using box = await startBox({ accounts: ACCOUNTS });
  before?.(box);
  if (fault !== undefined) box.inject(fault, { at: 'login' });
  const steps = await run(box, setup);
  expectJob(box, steps, { ...failed(title, requests), validKeys: lost ? 1 : 0 });
  expect(steps.main.annotations[0]?.message).toContain(datum);
  expect(shown(steps.post)).toEqual([]);
  expectLostKey(steps, 'main', lost);
});

test.concurrent('signing in fails when its time is up', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS.silent, { at: 'login' });
  const { main } = await run(box, { inputs: { timeout: '2' } });
  // Unreachable if the machine is so busy that no connection comes about in two seconds.
  const title = expect.stringMatching(/^error: Box (busy|unreachable)$/);
  expect(outcome(main)).toEqual({ exitCode: 1, titles: [title] });
});

type Later = (box: Box) => unknown;
const garble: Later = () => ({ STATE_url: '' });
const garbleEmail: Later = () => ({ STATE_email: '' });
test.concurrent.each<[name: string, verify: boolean, Title, datum: string, Later]>([
  ['404', false, 'Sign-out failed', 'password', (box) => box.inject(FAULTS[404], { at: 'logout' })],
  ['404', true, 'Sign-out failed', '404', (box) => box.inject(FAULTS[404], { at: 'logout' })],
  ['an unreadable URL', false, 'Saved session unreadable', '', garble],
  ['no email', true, 'Saved session unreadable', '', garbleEmail],
])('a failed sign-out warns, and fails with verify-logout: %s, %s', async (...row) => {
  const [, verify, title, datum, later] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  const inputs = { 'verify-logout': String(verify) };
  const steps = await run(box, { inputs, between: () => later(box) });
  expectJob(box, steps, { ...notSignedOut(verify ? 'error' : 'warning', title), requests: expect.anything() });
  expect(steps.post.annotations[0]?.message).toContain(datum);
  // A failed logout may have revoked the key anyway.
  const verifications = box.requestLog.filter((line) => line === VERIFY);
  expect(verifications).toEqual(verify && later !== garbleEmail ? [VERIFY] : []);
});

const ALL = [LOGIN, LOGOUT, VERIFY];
const VERIFIED = { ...GOOD, requests: ALL };
const UNEXPECTED = notSignedOut('warning', 'Unexpected error');
/** Errors that no code of the step catches. */
const STRAY = preload("setImmediate(() => [1, 2].forEach(() => Promise.reject(new Error('a bug'))));");
const lyingLogout: Later = (box) => box.inject(FAULTS['lying-logout'], { at: 'logout' });
test.concurrent.each<[name: string, verify: boolean, env: object, expected: object, before?: Later]>([
  ['a TypeError in the exchange', false, IN_EXCHANGE, { ...UNEXPECTED, validKeys: 0 }],
  ['a TypeError in the exchange', true, IN_EXCHANGE, notSignedOut('error', 'Unexpected error', ALL), lyingLogout],
  ['an unhandled rejection', false, STRAY, { ...UNEXPECTED, validKeys: 0 }],
  ['an unhandled rejection, but the key is rejected', true, STRAY, VERIFIED],
])('an error that nobody foresaw in the post-step: %s, %s', async (...row) => {
  const [, verify, env, expected, before] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  before?.(box);
  const steps = await run(box, { inputs: { 'verify-logout': `${verify}` }, between: () => env });
  expectJob(box, steps, expected);
  for (const { message } of steps.post.annotations) expect(message).toMatch(/may be valid. It expires two days/);
});

const STILL_VALID = notSignedOut('error', 'Key still valid', VERIFIED.requests);
const NOT_VERIFIED = { ...notSignedOut('error', 'Sign-out not verified', ALL), validKeys: 0 };
/** Unlike a 500, this is final. */
const handledAnd404: Fault = (exchange) => exchange.handle().then(() => FAULTS[404](exchange));
test.concurrent.each<[name: string, Fault, at: 'logout' | 'verify', expected: object]>([
  ['ok, but no logout', FAULTS['lying-logout'], 'logout', STILL_VALID],
  ['404 at the logout', handledAnd404, 'logout', VERIFIED],
  ['404 at the verification', handledAnd404, 'verify', NOT_VERIFIED],
])('verify-logout shows whether the key is revoked: %s', async (_, fault, at, expected) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(fault, { at });
  const steps = await run(box, { inputs: { 'verify-logout': 'true' } });
  expectJob(box, steps, expected);
  expect(shown(steps.post)).toHaveLength(1);
});

test.concurrent.each<[FaultName, at: 'login' | 'logout', requests: string[]]>([
  ['reset', 'login', [LOGIN, LOGIN, LOGOUT]],
  [500, 'logout', [LOGIN, LOGOUT, LOGOUT]],
])('one fault is overcome and logged: %s at %s', async (fault, at, requests) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS[fault], { at, times: 1 });
  const { main, post } = await run(box);
  const wait = expect.stringMatching(/localhost:.* \d+ s\b/);
  expect(shown(at === 'login' ? main : post)).toContainEqual(wait);
  expectLostKey({ main, post }, 'post', false);
  expectJob(box, { main, post }, { ...GOOD, requests });
});

test.concurrent('a name that is not in the DNS once leaves no key', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  expectJob(box, await run(box, { between: () => NO_ADDRESS_ONCE }), GOOD);
});
