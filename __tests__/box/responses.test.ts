import { expect, test } from '@jest/globals';
import { BoxError, type Title, type Traits } from '../../src/box/errors.ts';
import type { BoxResponse } from '../../src/box/http.ts';
import * as responses from '../../src/box/responses.ts';

const EMAIL = 'ci@example.com';
const [KEY, TOKEN] = ['f0'.repeat(32), 'Za09-._~+/='];
const OK = { status: 'ok', api_key: KEY, email: EMAIL, privileges: ['admin'] };
const session = (apiKey: string, privileges?: string[]) => ({ apiKey, privileges });
const invalid = (reason?: string) => ({ status: 'invalid', reason });
const WRONG = 'Incorrect email address or password.';
const WRONG_CODE = 'invalid-totp-token';
const NOT_A_BOX: Title = 'Not a Mail-in-a-Box API';
const BLOCKED: Title = 'Blocked in front of the box';
const JSON_TYPE = 'application/json';

const CALLS = {
  login: (response: BoxResponse) => responses.parseLogin(response, { email: EMAIL, password: ' f0f0f0' }),
  logout: responses.parseLogout,
  verify: responses.parseValidity,
};
type Call = keyof typeof CALLS;
type Head = Partial<BoxResponse>;
const HEAD = { status: 200, headers: { 'content-type': JSON_TYPE }, clockAhead: 0 };

const rejected = (reason: string): Head => ({ status: 401, headers: { 'x-reason': reason } });

/** What a call makes of a response: its result, or its error. */
function outcome(call: Call, body: unknown, head: Head = {}): unknown {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const url = new URL('https://box.example.com/admin/login');
  try {
    return CALLS[call]({ url, ...HEAD, ...head, body: text });
  } catch (error) {
    if (!(error instanceof BoxError)) throw error;
    expect(error.message + error.remedy).not.toMatch(/[\p{Cc}\p{Zl}]|f0f0f0/u);
    return error;
  }
}

test.each<[Call, string, unknown, unknown, Head?]>([
  ['login', 'an administrator', OK, session(KEY, ['admin'])],
  ['login', 'an ordinary user', { ...OK, privileges: [] }, session(KEY, [])],
  ['login', 'required fields only', { status: 'ok', api_key: KEY }, session(KEY, [])],
  ['login', 'a key that is not hex', { ...OK, api_key: TOKEN }, session(TOKEN, ['admin'])],
  ['login', 'privileges as text', { ...OK, privileges: 'admin' }, session(KEY)],
  ['login', 'a privilege for a shell', { ...OK, privileges: ['`id`'] }, session(KEY)],
  ['logout', 'ok', { status: 'ok' }, { status: 'ok' }],
  ['logout', 'nothing required', {}, { status: 'ok' }],
  ['verify', 'true', 'true\n', true],
  ['verify', 'false', 'false\n', true],
  ['verify', 'a revoked key', '', false, rejected(WRONG)],
  ['verify', 'a deleted account', '', false, rejected(`That's not a user (${EMAIL}).`)],
  ['verify', 'an ordinary user', '', true, rejected('You are not an administrator.')],
])('%s: %s', (call, _, body, expected, head = {}) => {
  expect(outcome(call, body, head)).toEqual(expected);
});

test.each<[Call, string, unknown, Title?, Head?]>([
  ['login', 'no key', { ...OK, api_key: undefined }],
  ['login', 'a short key', { ...OK, api_key: 'f0f0f' }],
  ['login', 'an option as a key', { ...OK, api_key: '-f0f0f0f0' }],
  ['login', 'a key for a shell', { ...OK, api_key: `${KEY}\n$(id)` }],
  ['login', 'an unknown status', { status: 'maybe' }],
  ['login', 'a wrong password', invalid(WRONG), 'Wrong email or password'],
  ['login', 'no code', { status: 'missing-totp-token' }, 'Two-factor code required'],
  ['login', 'a wrong code', invalid(WRONG_CODE), 'Two-factor code rejected'],
  ['login', 'another reason', invalid('x\u001b[1m\n::error::y'), 'Login rejected'],
  ['login', 'no reason', invalid(), 'Login rejected'],
  ['login', 'a removed header', invalid('Authorization header invalid.'), BLOCKED],
  ['logout', 'another status', { status: 'no' }],
  ['logout', 'an array', []],
  ['logout', 'null', 'null'],
  ['verify', 'another 401', '', BLOCKED, { status: 401 }],
  ['verify', 'JSON', '{}'],
])('%s fails: %s', (call, _, body, title = NOT_A_BOX, head = {}) => {
  // Only a lost login may have a key.
  const isRejected = call === 'login' && /^(Wrong|Two-factor code req|Login rej|Blocked)/.test(title);
  expect(outcome(call, body, head)).toMatchObject({ title, traits: isRejected ? { rejected: true } : {} });
});

const STATUSES: ReadonlyArray<[Title, statuses: number[], traits?: Traits]> = [
  [NOT_A_BOX, [201, 204, 400, 404, 410]],
  ['Unexpected redirect', [301, 302, 303, 304, 307, 308]],
  [BLOCKED, [402, 403, 405, 406, 407, 408, 409, 411, 413, 415, 418, 421, 425, 431, 444, 451, 494, 499]],
  ['Box busy', [429], { transient: true }],
  ['Box unreachable', [502, 503], { transient: true }],
  ['Box busy', [504], { transient: true, responseLost: true }],
  ['Box error', [500, 501, 505], { responseLost: true, repeatable: true }],
  ['Box unreachable', [520, 522, 530], { responseLost: true, repeatable: true }],
];
const EACH_STATUS = STATUSES.flatMap(([title, statuses, traits = {}]) =>
  statuses.flatMap((status) =>
    (['login', 'logout', 'verify'] as const).map((call) => [call, status, title, traits] as const),
  ),
);
test.each(EACH_STATUS)('%s: HTTP %i is %s', (call, status, title, traits) => {
  expect(outcome(call, '', { status })).toMatchObject({ title, traits });
});

test.each<[string, string, string?]>([
  ['a page', '<html>', 'text/html'],
  ['JSON that is cut off', '{"status": "ok", "api_key": "'],
  ['JSON without a valid key', JSON.stringify({ ...OK, api_key: 'f0 f0' })],
  ['an unknown status', '{"status": "OK"}'],
  ['nothing', '', 'text/plain'],
])("what can't be used as a login may have lost a key: %s", (_, body, type = JSON_TYPE) => {
  const error = outcome('login', body, { headers: { 'content-type': type } });
  expect(error).toMatchObject({ title: NOT_A_BOX, traits: { responseLost: true } });
});

/** By the sender's own clock, years away from this one. */
const DATE = 'Tue, 24 Nov 2015 23:59:50 GMT';
test.each([
  ['3600', 3600],
  ['-1', undefined],
  ['soon', undefined],
  ['2015-11-25', undefined],
  ['1'.repeat(20), undefined],
  ['Wed, 25 Nov 2015 00:01:20 GMT', 90],
  ['Tue, 24 Nov 2015 00:00:00 GMT', 0],
  ['Tue, 24 Nov 2015 00:00:01 GMT', 0, ''],
])("Retry-After '%s': %p s", (value, retryAfter, date = DATE) => {
  const headers = { 'retry-after': `${value}`, date: `${date}` };
  const error = outcome('login', '', { status: 503, headers });
  expect(outcome('login', '', { status: 500, headers })).not.toMatchObject({
    traits: { retryAfter: expect.anything() },
  });
  const shown = expect.stringContaining(`(Retry-After: ${retryAfter} s)`);
  const message = retryAfter === undefined ? expect.not.stringContaining('Retry-After') : shown;
  expect(error).toMatchObject({ message, traits: { retryAfter } });
});

test('60 characters of an unknown reason are shown', () => {
  expect(outcome('login', invalid(`${'x'.repeat(60)}y`))).toMatchObject({ message: expect.stringMatching(/: x{60}$/) });
});

test("a rejected code is named, and carries the box's clock; a rejected password has its hint", () => {
  expect(outcome('login', invalid(WRONG))).toMatchObject({ message: expect.stringContaining('ends with a space') });
  const error = outcome('login', invalid(WRONG_CODE), { clockAhead: -300_000 });
  const message = expect.stringContaining('rejected the two-factor code');
  expect(error).toMatchObject({ message, traits: { clockAhead: -300_000 } });
});

const named = (password: string): [string, RegExp] => [password, /name of a secret/];
const unnamed = (password: string): [string, RegExp] => [password, /^$/];
test.each([
  [' password', /starts or ends with a space/],
  ['password\t', /space/],
  ['"password"', /starts or ends with a quote/],
  ["password'", /quote/],
  ['`password', /quote/],
  ['pass\nword', /several lines/],
  ...['$BOX', `\${BOX}`, `\${{ secrets.BOX }}`, '{{ secrets.BOX }}', '$env:BOX', '%BOX%', '***', '••••'].map(named),
  ...['op://vault/item', 'bw://x', '<password>', 'secrets.BOX', 'env.BOX', '$(cat file)', 'BOX_PASSWORD'].map(named),
  ...['password', 'pass "w" ord', 'pa$$word', 'PASSWORD', '$a-b-c!', '*secret*'].map(unnamed),
])('hint for a rejected password: %j', (password, hint) => {
  expect(responses.passwordHint(password)).toMatch(hint);
});

/** One word of the fix, or two. */
test.each([
  [429, 'CDN'],
  [502, 'sudo systemctl restart mailinabox'],
  [503, "The server in front of the box can't reach it"],
  [504, 'one request at a time'],
  [401, 'access list'],
  [405, 'firewall.*website'],
  [421, 'firewall'],
  [500, 'syslog'],
  [520, 'Cloudflare'],
  [404, 'website'],
  [301, 'Full instead of Flexible', 'https://BOX.example.com:443/admin/login'],
  [308, 'Full instead of Flexible', '/admin/login'],
  [302, 'Not followed', 'https://box.example.com/login'],
  [302, 'Not followed', 'https://box.example.com:8443/admin/login'],
  [302, 'Not followed', 'https://sso.example.com/admin/login'],
])('the fix for HTTP %i: %s %s', (status, fix, location = '') => {
  const error = outcome('login', '', { status, headers: { location } });
  expect(error).toMatchObject({ remedy: expect.stringMatching(fix) });
});

test('a code that was sent but removed on the way is not a missing secret', () => {
  const body = JSON.stringify({ status: 'missing-totp-token' });
  const response = { url: new URL('https://box.example.com'), ...HEAD, body };
  const sent = { email: EMAIL, password: 'a password', totp: '123456' };
  expect(() => responses.parseLogin(response, sent)).toThrow('X-Auth-Token');
});
