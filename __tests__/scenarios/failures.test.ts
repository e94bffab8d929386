import { expect, test } from '@jest/globals';
import { type Box, type BoxOptions, startBox } from '../../devkit/box/box.ts';
import { certificate } from '../../devkit/box/certificates.ts';
import { FAULTS, type Fault, type FaultName, respondWith } from '../../devkit/box/faults.ts';
import type { RunOptions } from '../../devkit/run-action.ts';
import type { Title } from '../../src/box/errors.ts';
import * as support from '../support.ts';

const { ACCOUNTS, ADMIN, GOOD, LOGIN, LOGOUT, USER, VERIFY } = support;
const { as, expectJob, failed, logsLostKey, notSignedOut, outcome, preload, run, shown } = support;

interface Setup extends Pick<RunOptions, 'inputs' | 'env'> {
  readonly box?: BoxOptions;
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
const PLAIN_USER = { ...as(USER), 'require-privilege': 'admin' };
/** Proxies are bypassed for localhost. */
const NAMED: BoxOptions = { name: 'box.test' };
const PROXY = 'https_proxy';
const SOCKS = { [PROXY]: 'socks5://user:secret-of-the-proxy@127.0.0.1:1' };
const noAddress = (then = '') =>
  preload(`import dns from 'node:dns'; const { lookup } = dns; dns.lookup = (name, options, callback) => { ${then}
    setImmediate(callback, Object.assign(new Error(name), { code: 'ENOTFOUND', syscall: 'getaddrinfo' })); };`);
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
const RESET = FAULTS['reset-after-login'];
/** Beside a key. */
const PRIVILEGES: Fault = async (exchange) => {
  const body = (await exchange.handle()).body.replace(/"admin"/, '"`id`"');
  return respondWith(body)(exchange);
};

test.concurrent.each<Failure>([
  ['a wrong input', 'Invalid input', { inputs: { timeout: '2m' }, datum: 'timeout' }, []],
  ['an unknown host', 'Host not found', { env: noAddress(), datum: 'localhost' }, []],
  ['expired', 'Certificate not trusted', { box: { certificate: 'expired' } }, []],
  ['SOCKS', 'Invalid proxy setting', { box: NAMED, env: SOCKS, datum: 'https_proxy' }, []],
  ['a redirect', 'Unexpected redirect', { fault: FAULTS.redirect, datum: 'elsewhere.test' }],
  ['500', 'Box error', { fault: FAULTS[500], datum: '500', lost: true }],
  ['a long Retry-After', 'Box unreachable', { fault: FAULTS['long-wait'], datum: '503' }],
  ['a password', 'Wrong email or password', { inputs: WRONG, datum: ADMIN.email }],
  ['a reset', 'Box unreachable', { fault: RESET, env: LONG_WAITS, lost: true }],
  ['a stopped box', 'Box unreachable', { before: (box) => box.stop(), env: LONG_WAITS }, []],
  ['invalid privileges', 'Not a Mail-in-a-Box API', { fault: PRIVILEGES }, [LOGIN, LOGOUT]],
  ['no privilege', 'Missing privilege', { inputs: PLAIN_USER, datum: 'admin' }, [LOGIN, LOGOUT]],
  ['a bug', 'Unexpected error', { env: bug(FIRST_DEBUG_LINE), datum: 'a bug' }, []],
  ['a TypeError in the exchange', 'Unexpected error', { env: IN_EXCHANGE, datum: 'a bug', lost: true }],
])('signing in fails: %s', async (_, title, setup, requests = [LOGIN]) => {
  const { before, fault, datum = '', lost = false } = setup;
  await using box = await startBox({ accounts: ACCOUNTS, ...setup.box });
  before?.(box);
  if (fault !== undefined) box.inject(fault, { at: 'login' });
  const steps = await run(box, setup);
  expectJob(box, steps, { ...failed(title, requests), validKeys: lost ? 1 : 0 });
  expect(steps.main.annotations[0]?.message).toContain(datum);
  expect(shown(steps.post)).toEqual([]);
  expect(logsLostKey(steps.main)).toBe(lost);
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
  ['404', false, 'Sign-out failed', '404', (box) => box.inject(FAULTS[404], { at: 'logout' })],
  ['404', true, 'Sign-out failed', '404', (box) => box.inject(FAULTS[404], { at: 'logout' })],
  ['expired', false, 'Sign-out failed', 'password', (box) => box.serve(certificate('expired'))],
  ['garbled state', false, 'Saved session unreadable', '', garble],
  ['garbled state', true, 'Saved session unreadable', '', garbleEmail],
])('a failed sign-out warns, and fails with verify-logout: %s, %s', async (...row) => {
  const [, verify, title, datum, later] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  const inputs = { 'verify-logout': String(verify) };
  const steps = await run(box, { inputs, between: () => later(box) });
  expectJob(box, steps, { ...notSignedOut(verify ? 'error' : 'warning', title), requests: expect.anything() });
  expect(steps.post.annotations[0]?.message).toContain(datum);
  // A failed logout may have revoked the key anyway.
  expect(box.requestLog.includes(VERIFY)).toBe(verify && later !== garbleEmail);
});

const ALL = [LOGIN, LOGOUT, VERIFY];
const VERIFIED = { ...GOOD, requests: ALL };
const UNEXPECTED = notSignedOut('warning', 'Unexpected error');
/** Errors that no code of the step catches. */
const STRAY = preload("setImmediate(() => Promise.reject(new Error('a bug')));");
const lyingLogout: Later = (box) => box.inject(FAULTS['lying-logout'], { at: 'logout' });
test.concurrent.each<[name: string, verify: boolean, env: object, expected: object, before?: Later]>([
  ['a TypeError in the exchange', false, IN_EXCHANGE, { ...UNEXPECTED, validKeys: 0 }],
  ['a TypeError in the exchange, but the key is rejected', true, IN_EXCHANGE, VERIFIED],
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
const NOT_VERIFIED = notSignedOut('error', 'Sign-out not verified', VERIFIED.requests);
/** Unlike a 500, this is final. */
const handledAnd404: Fault = (exchange) => exchange.handle().then(() => FAULTS[404](exchange));
test.concurrent.each<[name: string, Fault, at: 'logout' | 'verify', expected: object]>([
  ['ok, but no logout', FAULTS['lying-logout'], 'logout', STILL_VALID],
  ['404', handledAnd404, 'logout', VERIFIED],
  ['404', handledAnd404, 'verify', { ...NOT_VERIFIED, validKeys: 0 }],
])('verify-logout shows whether the key is revoked: %s at %#', async (...row) => {
  const [, fault, at, expected] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(fault, { at });
  const steps = await run(box, { inputs: { 'verify-logout': 'true' } });
  expectJob(box, steps, expected);
});

test.concurrent.each<[FaultName, at: 'login' | 'logout' | 'verify']>([
  ['reset', 'login'],
  [500, 'logout'],
  ['reset', 'verify'],
])('one fault is overcome and logged: %s at %s', async (fault, at) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS[fault], { at, times: 1 });
  const { main, post } = await run(box, { inputs: { 'verify-logout': 'true' } });
  const wait = expect.stringMatching(/localhost:.* \d+ s\b/);
  expect(shown(at === 'login' ? main : post)).toContainEqual(wait);
  expect(logsLostKey(post)).toBe(false);
  const requests = [LOGIN, LOGOUT, VERIFY];
  const index = ['login', 'logout', 'verify'].indexOf(at);
  requests.splice(index, 0, requests[index] ?? '');
  expectJob(box, { main, post }, { ...GOOD, requests });
});

test.concurrent('a name that is not in the DNS once leaves no key', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  expectJob(box, await run(box, { between: () => noAddress('dns.lookup = lookup;') }), GOOD);
});
