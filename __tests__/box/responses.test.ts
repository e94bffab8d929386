import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { ExplainedError, TransientError } from '../../src/box/errors.ts';
import { checkMe } from '../../src/box/me-response.ts';
import * as transport from '../../src/box/transport.ts';

// A UserApi that gets each test's response in place of one from the network.
let response: transport.Answer;
const send = async () => response;
jest.unstable_mockModule('../../src/box/transport.ts', () => ({ ...transport, send }));
const { UserApi } = await import('../../src/box/user-api.ts');

const NOT_UNDERSTOOD = 'Answer not understood';
const WRONG_PATH = 'Not the API of a box';
const BUSY = 'Box busy';
const REDIRECTED = 'Redirected';
const PASSWORD_REJECTED = 'Password refused';
const CODE_MISSING = 'Two-factor code missing';
const CODE_REJECTED = 'Two-factor code refused';
const LOGIN_REJECTED = 'Login refused';
const EMAIL = 'ci@example.com';
const [KEY, TOKEN] = ['f0'.repeat(32), 'aZ09-._~+/='];
const SESSION = { api_key: KEY, email: EMAIL, privileges: ['admin'] };
const OK = { status: 'ok', ...SESSION };
const INVALID = { status: 'invalid' };
const WRONG = 'Incorrect email address or password.';
const NOW = Date.UTC(2026, 10, 24, 12);

const url = 'https://box.example.com/admin';
const api = new UserApi({ url, userAgent: 'test', log: { info() {}, debug() {} } });
const { signal } = new AbortController();
const calls = {
  login: async () => {
    const grant = await api.login(EMAIL, 'password', { signal });
    return { api_key: grant.api_key, ...checkMe(grant, EMAIL) };
  },
  logout: () => api.logout(EMAIL, KEY, { signal }),
  verify: () => api.keyWorks(EMAIL, KEY, { signal }),
};
const rejected = (reason: string) => ({ status: 401, headers: { 'x-reason': reason } });
const HEAD = { url, status: 200, headers: {}, arrived: NOW, date: NOW };
function receive(body: unknown, head: Partial<transport.Answer> = {}): void {
  const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  response = { ...HEAD, ...head, body: Buffer.from(raw) };
}

/** What a call makes of a response: its result, or the title of its error and the seconds to wait. */
async function outcome(call: keyof typeof calls, body: unknown, head?: Partial<transport.Answer>) {
  receive(body, head);
  try {
    return await calls[call]();
  } catch (error) {
    if (!(error instanceof ExplainedError)) throw error;
    expect(error.message + error.remedy).not.toMatch(/[\p{Cc}\p{Zl}]|f0f0f0/u);
    return error instanceof TransientError ? [error.title, error.retryAfter] : error.title;
  }
}

test.each<[keyof typeof calls, string, unknown, unknown, Partial<transport.Answer>?]>([
  ['login', 'an administrator', OK, SESSION],
  ['login', 'an ordinary user', { ...OK, privileges: [] }, { ...SESSION, privileges: [] }],
  ['login', 'required fields only', { status: 'ok', api_key: KEY }, { ...SESSION, privileges: [] }],
  ['login', 'a byte order mark', `\ufeff${JSON.stringify(OK)}`, SESSION],
  ['login', 'another key', { ...OK, api_key: TOKEN }, { ...SESSION, api_key: TOKEN }],
  ['login', 'no key', { ...OK, api_key: undefined }, NOT_UNDERSTOOD],
  ['login', 'a key for a shell', { ...OK, api_key: `${KEY}\n$(id)` }, NOT_UNDERSTOOD],
  ['login', 'privileges as text', { ...OK, privileges: 'admin' }, NOT_UNDERSTOOD],
  ['login', 'a privilege for a shell', { ...OK, privileges: ['`id`'] }, NOT_UNDERSTOOD],
  ['login', 'another account', { ...OK, email: 'other@example.com' }, NOT_UNDERSTOOD],
  ['login', 'a key with status invalid', { ...OK, status: 'invalid' }, NOT_UNDERSTOOD],
  ['login', 'another status', { status: 'may\u2028be' }, NOT_UNDERSTOOD],
  ['login', 'a wrong password', { ...INVALID, reason: WRONG }, PASSWORD_REJECTED],
  ['login', 'no code', { status: 'missing-totp-token' }, CODE_MISSING],
  ['login', 'a wrong code', { ...INVALID, reason: 'invalid-totp-token' }, CODE_REJECTED],
  ['login', 'another reason', { ...INVALID, reason: 'Enter a\npassword.' }, LOGIN_REJECTED],
  ['login', 'compressed data', OK, NOT_UNDERSTOOD, { headers: { 'content-encoding': 'gzip' } }],
  ['logout', 'ok', { status: 'ok' }, { status: 'ok' }],
  ['logout', 'no status', {}, {}],
  ['logout', 'another status', INVALID, NOT_UNDERSTOOD],
  ['verify', 'an administrator', 'false\n', true],
  ['verify', 'an ordinary user', '', true, rejected('You are not an administrator.')],
  ['verify', 'a revoked key', '', false, rejected(WRONG)],
  ['verify', 'another reason', '', WRONG_PATH, rejected('Authorization header invalid.')],
  ['verify', 'a web page', '<p>true', NOT_UNDERSTOOD],
])('%s: %s', async (call, _, body, expected, head = {}) => {
  expect(await outcome(call, body, head)).toEqual(expected);
});

test.each(['login', 'logout'] as const)('%s: anything but JSON fails', async (call) => {
  const deep = `{"status": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const cut = `{"api_key": "${KEY}", "status": "ok`;
  const latin1 = Buffer.from(JSON.stringify({ ...OK, more: 'é' }), 'latin1');
  for (const body of ['', '<h1>Hello', cut, 'null', '"ok"', [OK], latin1, deep])
    expect(await outcome(call, body)).toBe(NOT_UNDERSTOOD);
});

test.each([
  [REDIRECTED, [301, 302, 303, 307, 308]],
  [WRONG_PATH, [201, 204, 304, 400, 403, 404, 405, 500, 501]],
  [BUSY, [429, 502, 503, 504]],
])('any call: %s with %j', async (title, statuses) => {
  for (const call of ['login', 'logout', 'verify'] as const)
    for (const status of statuses)
      expect([await outcome(call, '', { status })].flat()).toContain(title);
});

test.each([
  [' 120 ', 120],
  ['Tue, 24 Nov 2026 12:01:30 GMT', 30],
  ['Tuesday, 24-Nov-26 12:01:30 GMT', 30],
  ['Tue Nov 24 12:01:30 2026', 30],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['-5', undefined],
])('Retry-After: %s', async (value, seconds) => {
  // The box's clock is a minute ahead.
  const head = { status: 503, headers: { 'retry-after': value }, date: NOW + 60_000 };
  expect(await outcome('login', '', head)).toEqual([BUSY, seconds]);
});

const text = fc.oneof(fc.string(), fc.jsonValue());
const me = fc.record({ status: text, email: text, privileges: text, reason: text });
test('login: any response is a session or an error, and a key comes before both', async () => {
  const property = fc.asyncProperty(fc.uint8Array(), me, async (bytes, rest) => {
    await outcome('login', bytes);
    await outcome('login', rest);
    receive({ ...rest, api_key: KEY });
    expect(await api.login(EMAIL, 'password', { signal })).toMatchObject({ api_key: KEY });
  });
  await fc.assert(property);
});
