import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BoxError, type Title } from '../../src/box/errors.ts';
import type { BoxResponse } from '../../src/box/http.ts';
import * as responses from '../../src/box/responses.ts';
import '../support.ts';

const EMAIL = 'ci@example.com';
const [KEY, TOKEN] = ['f0'.repeat(32), 'aZ09-._~+/='];
const OK = { status: 'ok', api_key: KEY, email: EMAIL, privileges: ['admin'] };
const INVALID = { status: 'invalid' };
const WRONG = 'Incorrect email address or password.';
const NOT_A_BOX: Title = 'Not a Mail-in-a-Box API';

const CALLS = {
  login: (response: BoxResponse) => [
    responses.parseKey(response, EMAIL, 'a password'),
    responses.parsePrivileges(response),
  ],
  logout: responses.parseLogout,
  verify: responses.parseValidity,
};
type Call = keyof typeof CALLS;
type Head = Partial<BoxResponse>;
const HEAD = { status: 200, headers: { 'content-type': 'application/json' }, clockAhead: 0 };

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
  ['login', 'an administrator', OK, [KEY, ['admin']]],
  ['login', 'an ordinary user', { ...OK, privileges: [] }, [KEY, []]],
  ['login', 'required fields only', { status: 'ok', api_key: KEY }, [KEY, []]],
  ['login', 'a key that is not hex', { ...OK, api_key: TOKEN }, [TOKEN, ['admin']]],
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

function rejected(reason: string): Head {
  return { status: 401, headers: { 'x-reason': reason } };
}

test.each<[Call, string, unknown, Title, Head?]>([
  ['login', 'no key', { ...OK, api_key: undefined }, NOT_A_BOX],
  ['login', 'a short key', { ...OK, api_key: 'f0f0f' }, NOT_A_BOX],
  ['login', 'an option as a key', { ...OK, api_key: '-f0f0f0f0' }, NOT_A_BOX],
  ['login', 'a key for a shell', { ...OK, api_key: `${KEY}\n$(id)` }, NOT_A_BOX],
  ['login', 'privileges as text', { ...OK, privileges: 'admin' }, NOT_A_BOX],
  ['login', 'a privilege for a shell', { ...OK, privileges: ['`id`'] }, NOT_A_BOX],
  ['login', 'an unknown status', { status: 'maybe' }, NOT_A_BOX],
  ['login', 'a wrong password', { ...INVALID, reason: WRONG }, 'Wrong email or password'],
  ['login', 'no code', { status: 'missing-totp-token' }, 'Two-factor code required'],
  [
    'login',
    'a wrong code',
    { ...INVALID, reason: 'invalid-totp-token' },
    'Two-factor code rejected',
  ],
  ['login', 'another reason', { ...INVALID, reason: 'x\u001b[1m\n::error::y' }, 'Login rejected'],
  ['login', 'no reason', INVALID, 'Login rejected'],
  [
    'login',
    'a removed header',
    { ...INVALID, reason: 'Authorization header invalid.' },
    'Blocked in front of the box',
  ],
  ['logout', 'another status', { status: 'no' }, NOT_A_BOX],
  ['logout', 'an array', [], NOT_A_BOX],
  ['logout', 'null', 'null', NOT_A_BOX],
  ['verify', 'another 401', '', 'Blocked in front of the box', { status: 401 }],
  ['verify', 'JSON', '{}', NOT_A_BOX],
  ...(['login', 'logout', 'verify'] as const).flatMap((call) =>
    (
      [
        [204, NOT_A_BOX],
        [302, 'Unexpected redirect'],
        [400, NOT_A_BOX],
        [403, 'Blocked in front of the box'],
        [404, NOT_A_BOX],
        [405, NOT_A_BOX],
        [429, 'Box busy'],
        [500, 'Box error'],
        [501, 'Box error'],
        [502, 'Box busy'],
        [504, 'Box busy'],
        [522, 'Box unreachable'],
      ] as const
    ).map(([status, title]): [Call, string, string, Title, Head] => [
      call,
      `HTTP ${status}`,
      '',
      title,
      { status },
    ]),
  ),
])('%s fails: %s', (call, _, body, title, head = {}) => {
  expect(outcome(call, body, head)).toMatchObject({ title });
});

test.each<[string, string, boolean, string?]>([
  ['a page', '<html>', false, 'text/html'],
  ['a page that claims to be JSON', '<html>', true],
  ['JSON that is cut off', '{"status": "ok", "api_key": "', true],
  ['nothing', '', false, 'text/plain'],
])(
  'only broken JSON may have lost a key: %s',
  (_, body, responseLost, type = 'application/json') => {
    const error = outcome('login', body, { headers: { 'content-type': type } });
    expect(error).toMatchObject({ title: NOT_A_BOX, traits: { responseLost } });
  },
);

test.each([
  ['5', 5],
  ['3600', 3600],
  ['-1', undefined],
  ['soon', undefined],
  ['1'.repeat(20), undefined],
])('Retry-After: %s is %p s', (header, retryAfter) => {
  const error = outcome('login', '', { status: 503, headers: { 'retry-after': header } });
  expect(error).toMatchObject({ title: 'Box busy', traits: { transient: true, retryAfter } });
});

test("a rejected code carries the box's clock", () => {
  const reason = { ...INVALID, reason: 'invalid-totp-token' };
  const error = outcome('login', reason, { clockAhead: -300_000 });
  expect(error).toMatchObject({ traits: { clockAhead: -300_000 } });
});

test('a password that starts or ends with a space is named, not shown', () => {
  const response = { url: new URL('https://box.example.com'), ...HEAD, body: '' };
  const body = JSON.stringify({ ...INVALID, reason: WRONG });
  expect(() => responses.parseKey({ ...response, body }, EMAIL, 'hunter22 ')).toThrow(/space/);
});

test('whatever comes is a result or an error', () => {
  const any = fc.oneof(fc.json(), fc.string({ unit: 'binary' }));
  const calls = fc.constantFrom<Call>('login', 'logout', 'verify');
  const statuses = fc.integer({ min: 100, max: 599 });
  fc.assert(
    fc.property(calls, any, statuses, (call, body, status) => {
      outcome(call, body, { status, headers: {} });
    }),
  );
});
