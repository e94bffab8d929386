import { type IncomingHttpHeaders, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { describe, expect, jest, test } from '@jest/globals';
import { Secret, TOTP as Totp } from 'otpauth';
import type { Box } from '../../devkit/box/box.ts';
import { ADMIN, box, fastWorld, TOTP, USER } from '../support.ts';

const INVALID =
  '{\n  "reason": "Incorrect email address or password.",\n  "status": "invalid"\n}\n';
const OK = '{\n  "status": "ok"\n}\n';

describe('POST /admin/login answers byte for byte like a box', () => {
  test.each<[string, string | undefined, string]>([
    [
      'right password',
      basic(ADMIN.email, ADMIN.password),
      `{\n  "api_key": "KEY",\n  "email": "${ADMIN.email}",\n  "privileges": [\n    "admin"\n  ],\n  "status": "ok"\n}\n`,
    ],
    [
      'ordinary user',
      basic(USER.email, USER.password),
      `{\n  "api_key": "KEY",\n  "email": "${USER.email}",\n  "privileges": [],\n  "status": "ok"\n}\n`,
    ],
    ['wrong password', basic(ADMIN.email, 'wrong'), INVALID],
    ['unknown user', basic('nobody@example.com', 'wrong'), INVALID],
    ['email in other case', basic('CI@example.com', ADMIN.password), INVALID],
    [
      'two-factor, no token',
      basic(TOTP.email, TOTP.password),
      '{\n  "reason": "missing-totp-token",\n  "status": "missing-totp-token"\n}\n',
    ],
    [
      'no Authorization header',
      undefined,
      '{\n  "reason": "Authorization header invalid.",\n  "status": "invalid"\n}\n',
    ],
    [
      'empty password',
      basic(ADMIN.email, ''),
      '{\n  "reason": "Enter a password.",\n  "status": "invalid"\n}\n',
    ],
    [
      'non-ASCII credentials',
      basic('ci@example.com', 'pé'),
      `{\n  "reason": "'ascii' codec can't decode byte 0xc3 in position 16: ordinal not in range(128)",\n  "status": "invalid"\n}\n`,
    ],
  ])('%s', async (_, authorization, body) => {
    const target = await box();
    const answer = await ask(
      target,
      'POST',
      '/admin/login',
      authorization === undefined ? {} : { authorization },
    );
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(answer.body.replace(/[0-9a-f]{64}/, 'KEY')).toBe(body);
  });

  test('a session key is no password', async () => {
    const target = await box();
    expect((await login(target, ADMIN.email, await key(target))).body).toBe(INVALID);
  });

  test('GET is 405, as HTML', async () => {
    const answer = await ask(await box(), 'GET', '/admin/login');
    expect(answer).toMatchObject({
      status: 405,
      headers: { 'content-type': 'text/html; charset=utf-8', allow: 'OPTIONS, POST' },
    });
    expect(answer.body).toMatch(
      /^<!doctype html>\n<html lang=en>\n<title>405 Method Not Allowed<\/title>\n/,
    );
  });
});

describe('POST /admin/logout always answers ok', () => {
  test.each([
    ['without credentials', () => ({})],
    ['with a wrong key', () => ({ authorization: basic(ADMIN.email, 'wrong') })],
    [
      'with the right key under another email',
      (live: string) => ({ authorization: basic(USER.email, live) }),
    ],
  ])('%s, and leaves the key alive', async (_, headers) => {
    const target = await box();
    const live = await key(target);
    const answer = await ask(target, 'POST', '/admin/logout', headers(live));
    expect(answer).toMatchObject({ status: 200, body: OK });
    expect((await privacy(target, ADMIN.email, live)).status).toBe(200);
  });

  test('with the right key, and ends it', async () => {
    const target = await box();
    const authorization = basic(ADMIN.email, await key(target));
    expect((await ask(target, 'POST', '/admin/logout', { authorization })).body).toBe(OK);
    expect((await ask(target, 'GET', '/admin/system/privacy', { authorization })).status).toBe(401);
  });
});

describe('an admin endpoint tells whether a key lives', () => {
  const REALM = 'Basic realm="Mail-in-a-Box Management Server"';

  test('live, admin', async () => {
    const target = await box();
    expect(await privacy(target, ADMIN.email, await key(target))).toMatchObject({
      status: 200,
      body: 'true\n',
    });
  });

  test('live, ordinary user', async () => {
    const target = await box();
    expect(await privacy(target, USER.email, await key(target, USER))).toMatchObject({
      status: 401,
      headers: { 'x-reason': 'You are not an administrator.' },
    });
  });

  test('dead, in the form that was asked for', async () => {
    const target = await box();
    const authorization = basic(ADMIN.email, 'dead');
    const asking = (headers: Record<string, string>) =>
      ask(target, 'GET', '/admin/system/privacy', { authorization, ...headers });
    const headers = {
      'www-authenticate': REALM,
      'x-reason': 'Incorrect email address or password.',
    };
    const plain = { status: 401, headers, body: 'Incorrect email address or password.\n' };
    expect(await asking({})).toMatchObject(plain);
    expect(await asking({ accept: '*/*' })).toMatchObject(plain);
    expect(await asking({ accept: 'application/json' })).toMatchObject({
      status: 401,
      headers,
      body: '{"status": "error", "reason": "Incorrect email address or password."}\n',
    });
    const forScript = await asking({ 'x-requested-with': 'XMLHttpRequest' });
    expect(forScript.status).toBe(403);
    expect(forScript.headers).not.toHaveProperty('x-reason');
    expect(forScript.headers).not.toHaveProperty('www-authenticate');
  });

  test('a password works there too, as the scripts of today use it', async () => {
    expect((await privacy(await box(), ADMIN.email, ADMIN.password)).status).toBe(200);
  });
});

test('DNS records can be set, added, read and removed', async () => {
  const target = await box();
  const authorization = basic(ADMIN.email, await key(target));
  const dns = (method: string, path: string, body = '') =>
    ask(target, method, `/admin/dns/custom${path}`, { authorization }, body);
  const updated = { status: 200, body: 'updated DNS: example.com\n' };
  expect(await dns('PUT', '/www.example.com', '203.0.113.7')).toMatchObject(updated);
  expect((await dns('PUT', '/www.example.com', '203.0.113.7')).body).toBe('OK');
  expect(await dns('POST', '/www.example.com/a', '203.0.113.8')).toMatchObject(updated);
  const records = JSON.parse((await dns('GET', '/www.example.com')).body);
  expect(records[1]).toEqual({
    qname: 'www.example.com',
    rtype: 'A',
    'sort-order': { created: 1, qname: 1 },
    value: '203.0.113.8',
    zone: 'example.com',
  });
  expect(await dns('DELETE', '/www.example.com', '203.0.113.7')).toMatchObject(updated);
  expect(await dns('DELETE', '/www.example.com')).toMatchObject(updated);
  expect((await dns('GET', '')).body).toBe('[]\n');
  // Without a value, the address of who asks.
  expect(await dns('PUT', '/home.example.com')).toMatchObject(updated);
  expect((await dns('GET', '/home.example.com')).body).toContain('"value": "127.0.0.1"');
  expect((await dns('PUT', '/a.example.com/cname', 'other.test')).status).toBe(200);
  expect((await dns('GET', '/a.example.com/cname')).body).toContain('"value": "other.test."');
  await dns('PUT', '/box.example.com/txt', 'caf\u00e9');
  expect(JSON.parse((await dns('GET', '')).body)).toMatchObject([
    { qname: 'home.example.com', 'sort-order': { created: 0, qname: 2 } },
    { qname: 'a.example.com', 'sort-order': { created: 1, qname: 1 } },
    { qname: 'box.example.com', 'sort-order': { created: 2, qname: 0 }, value: 'caf' },
  ]);
});

test.each([
  [
    'www/A',
    '203.0.113.7',
    'www is not a domain name or a subdomain of a domain name managed by this box.',
  ],
  ['www.example.com/A', 'nonsense', "'nonsense' does not appear to be an IPv4 or IPv6 address"],
  ['www.example.com/A', '2001:db8::7', "That's an IPv6 address."],
  ['www.example.com/AAAA', '203.0.113.7', "That's an IPv4 address."],
  ['-www.example.com/A', '203.0.113.7', 'Invalid name.'],
  ['www.example.com/CNAME', 'no domain', 'Invalid value.'],
  ['example.com/NS', 'ns.test', 'NS records can only be set for subdomains.'],
  ['www.example.com/PTR', 'x', "Unknown record type 'PTR'."],
  ['www.example.com/TXT', '', 'No value for the record provided.'],
])('the DNS record %s with %j is refused', async (path, value, reason) => {
  const target = await box();
  const authorization = basic(ADMIN.email, await key(target));
  const at = `/admin/dns/custom/${path}`;
  expect(await ask(target, 'PUT', at, { authorization }, value)).toMatchObject({
    status: 400,
    body: reason,
  });
});

test('mail aliases can be added, changed, listed and removed', async () => {
  const target = await box();
  const authorization = basic(ADMIN.email, await key(target));
  const post = async (path: string, form: Record<string, string>) => {
    const fields = new URLSearchParams(form).toString();
    const at = `/admin/mail/aliases/${path}`;
    const { status, body } = await ask(target, 'POST', at, { authorization }, fields);
    return [status, body];
  };
  const alias = { address: 'Preview@example.com', forwards_to: 'a@example.com, b@example.com' };
  expect(await post('add', alias)).toEqual([200, 'alias added\n']);
  expect(await post('add', alias)).toEqual([400, 'Alias already exists (preview@example.com).']);
  expect(await post('add', { ...alias, update_if_exists: '1' })).toEqual([200, 'alias updated\n']);
  const domain = { address: '@b\u00fccher.test', forwards_to: '@example.com' };
  expect(await post('add', { ...domain, permitted_senders: USER.email })).toEqual([
    200,
    'alias added\n',
  ]);
  expect(await post('add', { address: 'admin@a.test', forwards_to: ADMIN.email })).toEqual([
    200,
    'alias added\n',
  ]);
  expect((await ask(target, 'GET', '/admin/mail/aliases', { authorization })).body).toBe(
    'preview@example.com\ta@example.com,b@example.com\t\n' +
      `admin@a.test\t${ADMIN.email}\t\n` +
      `@xn--bcher-kva.test\t@example.com\t${USER.email}\n`,
  );
  expect(await post('remove', { address: 'preview@example.com' })).toEqual([
    200,
    'alias removed\n',
  ]);
  expect(await post('remove', { address: 'preview@example.com' })).toEqual([
    400,
    "That's not an alias (preview@example.com).",
  ]);
});

test.each([
  [{ address: ' ' }, 'No email address provided.'],
  [{ address: 'x' }, 'Invalid email address (x).'],
  [
    { address: 'x@example.com' },
    'The alias must either forward to an address or have a permitted sender.',
  ],
  [
    { address: 'x@example.com', forwards_to: 'a@example.com, @example.com' },
    'Invalid receiver email address (@example.com).',
  ],
  [
    { address: 'x@example.com', permitted_senders: 'nobody@example.com' },
    'Invalid permitted sender: nobody@example.com is not a user on this system.',
  ],
  [
    { address: 'admin@example.com', forwards_to: USER.email },
    'This alias can only have administrators of this system as destinations because the address is frequently used for domain control validation.',
  ],
])('the alias %j is refused', async (form: Record<string, string>, reason) => {
  const target = await box();
  const authorization = basic(ADMIN.email, await key(target));
  const fields = new URLSearchParams(form).toString();
  const answer = await ask(target, 'POST', '/admin/mail/aliases/add', { authorization }, fields);
  expect(answer).toMatchObject({ status: 400, body: reason });
});

test('the status checks are a list of what is well and what is not', async () => {
  const target = await box();
  target.daemon.problems.push('caf\u00e9.example.com has expired.');
  const authorization = basic(ADMIN.email, await key(target));
  const { body } = await ask(target, 'POST', '/admin/system/status', { authorization });
  expect(body).toContain('"text": "caf\\u00e9.example.com has expired."');
  expect(JSON.parse(body)).toEqual([
    { type: 'heading', text: 'System', extra: [] },
    { type: 'ok', text: 'All system services are running.', extra: [] },
    { type: 'error', text: 'caf\u00e9.example.com has expired.', extra: [] },
  ]);
});

describe('sessions', () => {
  test('are 64 at the most; the 65th pushes out the one used longest ago', async () => {
    const target = await box();
    const [first, second] = [await key(target), await key(target)];
    for (let i = 2; i < 64; i++) target.daemon.sessions.create(USER.email, '');
    await privacy(target, ADMIN.email, first);
    await key(target);
    expect((await privacy(target, ADMIN.email, second)).status).toBe(401);
    expect((await privacy(target, ADMIN.email, first)).status).toBe(200);
  });

  test('end two days after their last use', async () => {
    const target = await box();
    const live = await key(target);
    const day = 24 * 3600 * 1000;
    target.clockAhead += 1.9 * day;
    expect((await privacy(target, ADMIN.email, live)).status).toBe(200);
    target.clockAhead += 1.9 * day;
    expect((await privacy(target, ADMIN.email, live)).status).toBe(200);
    target.clockAhead += 2.1 * day;
    expect((await privacy(target, ADMIN.email, live)).status).toBe(401);
  });

  test('end when the password or two-factor changes, or the daemon restarts', async () => {
    const target = await box();
    const one = await key(target);
    target.daemon.setAccount({ ...ADMIN, totpSecret: TOTP.totpSecret });
    expect((await privacy(target, ADMIN.email, one)).status).toBe(401);
    const other = await key(target, USER);
    target.restart();
    expect((await privacy(target, USER.email, other)).headers['x-reason']).toMatch(/^Incorrect/);
  });
});

describe('two-factor codes', () => {
  const codes = async (target: Box, clock: () => number, steps: number[]) => {
    const now = Math.floor(clock() / 30_000) * 30_000;
    const statuses: string[] = [];
    for (const step of steps) {
      const secret = Secret.fromBase32(TOTP.totpSecret);
      const token = Totp.generate({ secret, timestamp: now + step * 30_000 });
      const answer = await login(target, TOTP.email, TOTP.password, { 'x-auth-token': token });
      statuses.push(JSON.parse(answer.body).reason ?? 'ok');
    }
    return statuses;
  };

  test('count in a window of three, but not the one that was accepted last', async () => {
    const { clock } = fastWorld(1);
    const target = await box({ clock });
    const no = 'invalid-totp-token';
    expect(await codes(target, clock, [0, 0, 1, 1, 0, -1, 2])).toEqual([
      'ok',
      no,
      'ok',
      no,
      'ok',
      'ok',
      no,
    ]);
  });
});

describe('failed logins', () => {
  test('ban an address after 20 within 30 s, on every port, for a time', async () => {
    const target = await box();
    for (let i = 0; i < 19; i++) await login(target, ADMIN.email, 'wrong');
    expect((await login(target, ADMIN.email, 'wrong')).body).toBe(INVALID);
    await expect(login(target, ADMIN.email, ADMIN.password)).rejects.toThrow();
    target.clockAhead += 598_000;
    await expect(login(target, ADMIN.email, ADMIN.password)).rejects.toThrow();
    target.clockAhead += 3_000;
    expect((await login(target, ADMIN.email, ADMIN.password)).status).toBe(200);
  });

  test('are not missing codes, not logouts, and not those of long ago', async () => {
    const target = await box();
    for (let i = 0; i < 25; i++) {
      await login(target, TOTP.email, TOTP.password);
      await ask(target, 'POST', '/admin/logout', { authorization: basic(ADMIN.email, 'dead') });
    }
    for (let i = 0; i < 25; i++) {
      await privacy(target, ADMIN.email, 'dead');
      target.clockAhead += 2_000;
    }
    expect((await login(target, ADMIN.email, ADMIN.password)).status).toBe(200);
  });
});

test('the daemon answers one request at a time, in the order of their arrival', async () => {
  const target = await box({ delay: 100 });
  const started = performance.now();
  const answered: string[] = [];
  await Promise.all(
    [0, 1, 2, 3].map(async (i) => {
      await ask(target, 'GET', `/admin/nothing/${i}`);
      answered.push(`/admin/nothing/${i}`);
    }),
  );
  expect(answered).toEqual(target.requests.map(({ path }) => path));
  expect(performance.now() - started).toBeGreaterThanOrEqual(390);
});

test('a request that the stand-in itself fails at does not hold up the next one', async () => {
  const target = await box();
  const said = jest.spyOn(console, 'error').mockImplementation(() => {});
  const failing = jest.spyOn(target.daemon, 'answer').mockImplementationOnce(() => {
    throw new Error('on purpose');
  });
  await expect(ask(target, 'POST', '/admin/logout')).rejects.toThrow();
  expect((await ask(target, 'POST', '/admin/logout')).body).toBe(OK);
  expect(said).toHaveBeenCalledTimes(1);
  said.mockRestore();
  failing.mockRestore();
});

test('nginx gives up with 504, and the daemon goes on: a login then leaves a key that nobody knows', async () => {
  const target = await box({ delay: 200, gatewayTimeout: 50 });
  expect((await login(target, ADMIN.email, ADMIN.password)).status).toBe(504);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(target.daemon.sessions.keys()).toHaveLength(1);
});

test('plain http is redirected to https, and /admin is the control panel', async () => {
  const target = await box();
  const plain = await ask({ ...target, url: target.plainUrl }, 'POST', '/admin/login');
  expect(plain).toMatchObject({
    status: 301,
    headers: { location: `https://${target.host}/admin/login` },
  });
  expect(await ask(target, 'GET', '/admin/')).toMatchObject({
    status: 200,
    headers: { 'x-frame-options': 'DENY' },
  });
});

test('while the daemon is away nginx answers 502, and 404 outside of /admin', async () => {
  const target = await box();
  expect(await ask(target, 'GET', '/')).toMatchObject({
    status: 404,
    headers: { server: 'nginx' },
  });
  target.daemonRuns = false;
  expect(await ask(target, 'POST', '/admin/login')).toMatchObject({
    status: 502,
    headers: { 'content-type': 'text/html' },
  });
});

function basic(email: string, secret: string): string {
  return `Basic ${Buffer.from(`${email}:${secret}`).toString('base64')}`;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function ask(
  target: Box,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Answer> {
  const url = new URL(path, target.url);
  return new Promise((resolve, reject) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    const options = { method, headers: { ...length, ...headers }, ca: target.ca, agent: false };
    (url.protocol === 'https:' ? secureRequest : request)(url, options, async (response) => {
      resolve({
        status: response.statusCode,
        headers: response.headers,
        body: await text(response),
      });
    })
      .on('error', reject)
      .end(body);
  });
}

function login(
  target: Box,
  email: string,
  password: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return ask(target, 'POST', '/admin/login', { authorization: basic(email, password), ...headers });
}

function privacy(target: Box, email: string, secret: string): Promise<Answer> {
  return ask(target, 'GET', '/admin/system/privacy', { authorization: basic(email, secret) });
}

async function key(
  target: Box,
  { email, password } = ADMIN as { email: string; password: string },
): Promise<string> {
  return JSON.parse((await login(target, email, password)).body).api_key;
}
