import { expect, test } from '@jest/globals';
import { type Account, type Box, type BoxOptions, startBox } from '../../devkit/box/box.ts';
import { certificate } from '../../devkit/box/certificates.ts';
import { FAULTS, type Fault, type FaultName, respondWith } from '../../devkit/box/faults.ts';
import { type ProxyOptions, startProxy } from '../../devkit/box/proxy.ts';
import type { RunOptions, Step } from '../../devkit/run-action.ts';
import { ACCOUNTS, ADMIN, LOGIN, LOGOUT, run, TOTP, titles, USER, VERIFY } from '../support.ts';

const BUSY = 'Box busy';
const CERTIFICATE_NOT_TRUSTED = 'Certificate not trusted';
const HOST_UNKNOWN = 'Host unknown';
const INVALID_INPUT = 'Wrong input';
const KEY_NOT_REVOKED = 'Key not ended';
const KEY_STILL_VALID = 'Key still works';
const LOGIN_REJECTED = 'Login refused';
const LOGOUT_NOT_VERIFIED = 'Sign-out not proven';
const NO_SECURE_CONNECTION = 'No secure connection';
const NOT_REACHED = 'Box not reached';
const NOT_THE_API = 'Not the API of a box';
const PASSWORD_REJECTED = 'Password refused';
const PRIVILEGE_MISSING = 'Privilege missing';
const PROXY_FAILED = 'Proxy failed';
const PROXY_REJECTED = 'Proxy refused';
const PROXY_SETTING = 'Proxy setting not understood';
const REDIRECTED = 'Redirected';
const RESPONSE_UNKNOWN = 'Answer not understood';
const RUNNER_FILE = 'Runner file not usable';
const SESSION_UNREADABLE = 'Saved session not readable';
const TOTP_MISSING = 'Two-factor code missing';
const TOTP_REJECTED = 'Two-factor code refused';
const UNEXPECTED = 'Unexpected error';
/** What an error says if it reports a key that may stay valid. */
const KEY = /\bkey\b/;

interface Setup extends Pick<RunOptions, 'inputs' | 'env' | 'files'> {
  readonly box?: BoxOptions;
  readonly proxy?: ProxyOptions;
  readonly before?: (box: Box) => void;
  /** At the login. */
  readonly fault?: Fault;
  /** Something that the error mentions. */
  readonly datum?: string;
  /** Whether the error reports a lost key. Default: not checked. */
  readonly lost?: boolean;
}
type Failure = [name: string, title: string, Setup, requests?: string[]];

const REVOKED = [LOGIN, LOGOUT];
const WRONG = as({ ...ADMIN, password: 'not the password' });
const PLAIN_USER = { ...as(USER), 'require-privilege': 'admin' };
const OTHER_SECRET = { ...as(TOTP), 'totp-secret': 'GEZDGNBVGY3TQOJQ' };
const REASON = respondWith('{"status": "invalid", "reason": "not on Sundays"}');
/** Proxies are bypassed for localhost. */
const NAMED: BoxOptions = { name: 'box.test' };
const SOCKS = { https_proxy: 'socks5://user:secret-of-the-proxy@127.0.0.1:1' };
const NO_ADDRESS = preload(`import dns from 'node:dns';
  dns.lookup = (name, options, callback) => setImmediate(
    callback, Object.assign(new Error(name), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }));`);
/** What nobody expects, as a key is masked. */
const BUG = preload(`const { write } = process.stdout;
  process.stdout.write = function (text, ...rest) {
    if (/^::add-mask::[0-9a-f]{64}/.test(text)) throw new TypeError('a bug\\n::error::injected');
    return write.call(this, text, ...rest);
  };`);
/** All waits as long as they can be: about 10 s after a rejected code. */
const LONG_WAITS = preload('Math.random = () => 0.999');
const busyAfter504 = (box: Box) => {
  box.inject(FAULTS[504], { at: 'login', times: 1 });
  box.inject(FAULTS['long-wait'], { at: 'login' });
};
const banned: Fault = ({ ban, reset }) => [ban(), reset()];

test.concurrent.each<Failure>([
  ['an invalid input', INVALID_INPUT, { inputs: { timeout: '2m' }, datum: 'timeout' }, []],
  ['no state file', RUNNER_FILE, { files: { GITHUB_STATE: '' }, datum: 'GITHUB_STATE' }, []],
  ['an unknown host', HOST_UNKNOWN, { env: NO_ADDRESS, datum: 'localhost', lost: false }, []],
  ['expired', CERTIFICATE_NOT_TRUSTED, { box: { certificate: 'expired' }, lost: false }, []],
  ['no TLS', NO_SECURE_CONNECTION, { box: { protocol: 'http' }, lost: false }, []],
  ['a proxy for SOCKS', PROXY_SETTING, { box: NAMED, env: SOCKS, datum: 'https_proxy' }, []],
  ['a proxy with 407', PROXY_REJECTED, { box: NAMED, proxy: { reject: 407 }, datum: '407' }, []],
  ['a redirect', REDIRECTED, { fault: FAULTS.redirect, datum: '301', lost: false }],
  ['404', NOT_THE_API, { fault: FAULTS[404], datum: '404', lost: false }],
  ['500 after the login', NOT_THE_API, { fault: FAULTS[500], datum: '500', lost: true }],
  ['HTML', RESPONSE_UNKNOWN, { fault: FAULTS.html, datum: 'localhost' }],
  ['a malformed key', RESPONSE_UNKNOWN, { fault: FAULTS['hostile-key'], lost: true }],
  ['malformed privileges', RESPONSE_UNKNOWN, { fault: FAULTS['hostile-privileges'] }, REVOKED],
  ['a long Retry-After', BUSY, { fault: FAULTS['long-wait'], datum: '503', lost: false }],
  ['504 before it', BUSY, { before: busyAfter504, datum: '503', lost: true }, [LOGIN, LOGIN]],
  ['a wrong password', PASSWORD_REJECTED, { inputs: WRONG, datum: ADMIN.email, lost: false }],
  ['another reason', LOGIN_REJECTED, { fault: REASON, datum: 'not on Sundays' }],
  ['no TOTP secret', TOTP_MISSING, { inputs: as(TOTP), datum: TOTP.email, lost: false }],
  ['no privilege', PRIVILEGE_MISSING, { inputs: PLAIN_USER, datum: USER.email }, REVOKED],
  ['a bug', UNEXPECTED, { env: BUG, datum: 'a bug' }, REVOKED],
])('signing in fails: %s', async (_, title, setup, requests = [LOGIN]) => {
  await using box = await startBox({ accounts: ACCOUNTS, ...setup.box });
  await expectFailure(box, title, setup);
  expect(box.requestLog).toEqual(requests);
});

test.concurrent.each<Failure>([
  ['a reset', NOT_REACHED, { fault: FAULTS['reset-after-login'], lost: true }],
  ['no response', NOT_REACHED, { fault: FAULTS.silent, lost: true }],
  ['a banned address', NOT_REACHED, { fault: banned, datum: 'localhost' }],
  ['a stopped box', NOT_REACHED, { before: (box) => box.stop(), lost: false }, []],
  ['a proxy with 502', PROXY_FAILED, { box: NAMED, proxy: { reject: 502 }, lost: false }, []],
  ['another TOTP secret', TOTP_REJECTED, { inputs: OTHER_SECRET, env: LONG_WAITS, lost: false }],
])('signing in fails when its time is up: %s', async (_, title, setup, requests = [LOGIN]) => {
  await using box = await startBox({ accounts: ACCOUNTS, ...setup.box });
  await expectFailure(box, title, { ...setup, inputs: { timeout: '6', ...setup.inputs } });
  expect([...new Set(box.requestLog)]).toEqual(requests);
});

async function expectFailure(box: Box, title: string, setup: Setup): Promise<void> {
  const { before, fault, datum = '', lost } = setup;
  await using proxy = await startProxy(setup.proxy);
  before?.(box);
  if (fault !== undefined) box.inject(fault, { at: 'login' });
  const proxied = setup.proxy === undefined ? {} : { https_proxy: proxy.url };
  const { main, post } = await run(box, { ...setup, env: { ...proxied, ...setup.env } });
  const message = main.annotations[0]?.message ?? '';
  expect([titles(main), main.exitCode, main.outputs]).toEqual([[`error: ${title}`], 1, {}]);
  expect(message).toContain(datum);
  expect([post.exitCode, shown(post)]).toEqual([0, []]);
  if (lost !== undefined) expect(KEY.test(message)).toBe(lost);
  expect(box.keys.valid().length > 0).toBe(lost === true);
}

type Later = (box: Box, main: Step) => unknown;

const ADDRESS = /"?https:[^",]*"?/;
/** Takes the address of the box out of the state, however it is saved. */
const garble: Later = (_, { state }) =>
  Object.fromEntries(
    Object.entries(state).map(([name, value]) => [`STATE_${name}`, value.replace(ADDRESS, '')]),
  );

test.concurrent.each<[name: string, title: string, datum: string | RegExp, Later]>([
  ['404', KEY_NOT_REVOKED, '404', (box) => box.inject(FAULTS[404], { at: 'logout' })],
  ['busy for long', KEY_NOT_REVOKED, '503', (box) => box.inject(FAULTS['long-wait'])],
  ['expired', KEY_NOT_REVOKED, KEY, (box) => box.serve(certificate('expired'))],
  ['garbled state', SESSION_UNREADABLE, KEY, garble],
  ['a bug', UNEXPECTED, 'a bug', () => BUG],
])('a failed sign-out warns, and fails with verify-logout: %s', async (_, title, datum, later) => {
  for (const verify of [false, true]) {
    await using box = await startBox({ accounts: ACCOUNTS });
    const inputs = { 'verify-logout': String(verify) };
    const { post } = await run(box, { inputs, between: (main) => later(box, main) });
    expect(titles(post)).toEqual([`${verify ? 'error' : 'warning'}: ${title}`]);
    expect(post.exitCode).toBe(verify ? 1 : 0);
    expect(post.annotations[0]?.message).toMatch(datum);
    expect(box.keys.valid()).toHaveLength(1);
  }
});

test.concurrent.each<[FaultName, at: 'logout' | 'verify', title?: string, keysLeft?: number]>([
  ['lying-logout', 'logout', KEY_STILL_VALID, 1],
  [500, 'logout'],
  [500, 'verify', LOGOUT_NOT_VERIFIED],
  [401, 'verify', LOGOUT_NOT_VERIFIED],
  ['html', 'verify', LOGOUT_NOT_VERIFIED],
])('verify-logout shows whether the key is revoked: %s at %s', async (...row) => {
  const [fault, at, title, keysLeft = 0] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS[fault], { at });
  const { post } = await run(box, { inputs: { 'verify-logout': 'true' } });
  expect(titles(post)).toEqual(title === undefined ? [] : [`error: ${title}`]);
  expect(post.exitCode).toBe(title === undefined ? 0 : 1);
  expect(box.requestLog).toEqual([LOGIN, LOGOUT, VERIFY]);
  expect(box.keys.valid()).toHaveLength(keysLeft);
});

test.concurrent.each<[FaultName, at: 'login' | 'logout' | 'verify']>([
  ['reset', 'login'],
  ['reset', 'logout'],
  ['reset', 'verify'],
  [502, 'login'],
  [502, 'logout'],
  [502, 'verify'],
])('one fault is overcome and logged: %s at %s', async (fault, at) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(FAULTS[fault], { at, times: 1 });
  const { main, post } = await run(box, { inputs: { 'verify-logout': 'true' } });
  expect([main, post]).toMatchObject(Array(2).fill({ exitCode: 0, annotations: [] }));
  const wait = expect.stringMatching(/localhost:.* \d+(\.\d)? s\b/);
  expect(shown(at === 'login' ? main : post)).toContainEqual(wait);
  const requests = [LOGIN, LOGOUT, VERIFY];
  const index = ['login', 'logout', 'verify'].indexOf(at);
  requests.splice(index, 0, requests[index] ?? '');
  expect(box.requestLog).toEqual(requests);
  expect(box.keys.valid()).toEqual([]);
});

test.concurrent('debug logging shows where an unexpected error comes from', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main } = await run(box, { env: BUG });
  expect(main.log).toContainEqual(expect.stringMatching(/^##\[debug\]\s*at \S+ .*:\d+:\d+/));
});

function as({ email, password }: Account): Record<string, string> {
  return { email, password };
}

function preload(code: string): Record<string, string> {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** The log without debug logging. */
function shown({ log }: Step): string[] {
  return log.filter((line) => !line.startsWith('##[debug]'));
}
