import { once } from 'node:events';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Secret, TOTP as Totp } from 'otpauth';
import { type Box, type BoxOptions, startBox } from '../../devkit/box/box.ts';
import { FAULTS } from '../../devkit/box/faults.ts';
import { ACCOUNTS, ADMIN, LOGIN, LOGOUT, TOTP, USER, VERIFY } from '../support.ts';

const INCORRECT = 'Incorrect email address or password.';
const NO_HEADER = 'Authorization header invalid.';
const NOT_ASCII = "'ascii' codec can't decode byte 0xc3 in position 16: ordinal not in range(128)";
const [OK, NO, BAD] = ['200 OK', '401 UNAUTHORIZED', '400 BAD REQUEST'];

async function send(box: Box, line: string, headers = {}, body = '') {
  const [method, path = ''] = line.split(' ');
  const sent = request(new URL(path, box.url), { method, headers, ca: box.ca, agent: false });
  if (body !== '') sent.setHeader('Content-Length', Buffer.byteLength(body));
  const [response] = await once(sent.end(body), 'response');
  sent.on('error', () => {});
  const { 'x-reason': reason, 'www-authenticate': realm } = response.headers;
  const status = `${response.statusCode} ${response.statusMessage}`;
  return { status, reason, realm, body: await text(response) };
}

function basic(email: string, secret: string, more = {}): object {
  return { authorization: `Basic ${btoa(`${email}:${secret}`)}`, ...more };
}

const asAdmin = basic(ADMIN.email, ADMIN.password);
const asUser = basic(USER.email, USER.password);
const wrong = (more = {}) => basic(ADMIN.email, 'wrong', more);
const withCode = (code: string) => basic(TOTP.email, TOTP.password, { 'x-auth-token': code });
const raw = (authorization: string) => ({ authorization });
const verify = async (box: Box, key: string): Promise<unknown> =>
  (await send(box, VERIFY, basic(ADMIN.email, key))).reason;
const add = ({ daemon: { sessions } }: Box, count: number) =>
  Array.from({ length: count }, () => sessions.create(USER.email, ''));
const lost = ({ code }: { code: string }) => ({ status: code });

/** Its clock stands still until the test moves it. */
type TestBox = Box & { readonly clock: Date };
async function start(options: BoxOptions = {}): Promise<TestBox> {
  const clock = new Date(Date.UTC(2026, 0, 1));
  const accounts = [...ACCOUNTS, { ...ADMIN, email: 'colon@example.com', password: 'a:b' }];
  return Object.assign(await startBox({ accounts, clock: () => +clock, ...options }), { clock });
}

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
const invalid = (reason: string) => json({ reason, status: 'invalid' });
const GRANTED = { api_key: 'KEY', email: ADMIN.email, privileges: ['admin'], status: 'ok' };
const [UNKNOWN, LENIENT] = [basic('x@example.com', 'x'), raw('Basic Y2-k6_e A==')];
const matching = (expected: string | RegExp) =>
  typeof expected === 'string' ? expected : expect.stringMatching(expected);

test.concurrent.each<[string, string, string | RegExp, ...object[]]>([
  [LOGIN, OK, json(GRANTED), asAdmin],
  [LOGIN, OK, json({ ...GRANTED, email: USER.email, privileges: [] }), asUser],
  [LOGIN, OK, json({ ...GRANTED, email: 'colon@example.com' }), basic('colon@example.com', 'a:b')],
  [LOGIN, OK, invalid(INCORRECT), wrong(), basic('CI@example.com', ADMIN.password), UNKNOWN, LENIENT],
  [LOGIN, OK, invalid('Enter a password.'), basic(ADMIN.email, '')],
  [LOGIN, OK, /^{\n {2}"reason": ("missing-totp-token"),\n {2}"status": \1\n}\n$/, withCode('')],
  [LOGIN, OK, invalid('invalid-totp-token'), withCode('000000')],
  [LOGIN, OK, invalid(NO_HEADER), {}, raw('Bearer Y2k6'), raw('Basic Y2k='), basic('', 'x')],
  [LOGIN, OK, invalid('Incorrect padding'), raw('Basic Y2k6eA')],
  [LOGIN, OK, invalid(NOT_ASCII), basic(ADMIN.email, 'p\u00c3\u00a9')],
  [LOGIN, '400 Bad Request', /<center>nginx</, wrong({ x: 'x'.repeat(9000) })],
  [VERIFY, OK, 'true\n', asAdmin],
  [VERIFY, NO, 'You are not an administrator.\n', basic(USER.email, USER.password)],
  [VERIFY, NO, `${NO_HEADER}\n`, {}],
  [VERIFY, NO, `${INCORRECT}\n`, wrong(), wrong({ accept: '*/*' })],
  [VERIFY, NO, /^{"status": "error", "reason": "Inc.*"}\n$/, wrong({ accept: 'application/json' })],
  [LOGOUT, OK, json({ status: 'ok' }), {}, wrong()],
  ['HEAD /admin/system/privacy', OK, '', asAdmin],
  ['GET /admin/login', '405 METHOD NOT ALLOWED', /^<!doctype html>\n<html lang=en>\n/, {}],
  ['GET /admin/nothing', '404 NOT FOUND', /<title>404 Not Found<\/title>\n/, {}],
  ['GET /login', '404 Not Found', /^<html>\r\n<head><title>404 Not Found<\/title>/, {}],
])('%s: %s %j', async (line, status, body, ...requests) => {
  await using box = await start();
  for (const headers of requests) {
    const reply = await send(box, line, headers);
    const shown = reply.body.replace(/[0-9a-f]{64}/, 'KEY');
    const realm = status === NO ? 'Basic realm="Mail-in-a-Box Management Server"' : undefined;
    const expected = { headers, status, realm, body: matching(body) };
    expect({ headers, status: reply.status, realm: reply.realm, body: shown }).toEqual(expected);
  }
});

const [DNS, ADD] = ['dns/custom/www.example.com', 'POST mail/aliases/add'];
const ALIAS = 'address=Preview@example.com&forwards_to=a@example.com,b@example.com';

type Steps = Array<[string, string, string | RegExp, string?, object?]>;
/** Sends requests with a form content type, by ADMIN if they name no other account. */
async function expectResponses(box: Box, steps: Steps): Promise<void> {
  for (const [line, body, expected, status = OK, as = asAdmin] of steps) {
    const headers = { ...as, 'content-type': 'application/x-www-form-urlencoded' };
    const reply = await send(box, line.replace(' ', ' /admin/'), headers, body);
    expect({ line, sent: body, ...reply }).toMatchObject({ line, status, body: matching(expected) });
  }
}

test.concurrent('the admin API manages DNS records and aliases', async () => {
  await using box = await start({ name: '127.0.0.1' });
  await expectResponses(box, [
    ['GET dns/zones', '', '[\n  "example.com"\n]\n'],
    [`PUT ${DNS}`, '203.0.113.7', 'updated DNS: example.com\n'],
    [`PUT ${DNS}`, '203.0.113.7', 'OK'],
    [`DELETE ${DNS}`, '203.0.113.7', 'updated DNS: example.com\n'],
    [`PUT ${DNS}`, '', 'updated DNS: example.com\n'],
    [`PUT ${DNS}/MX`, 'nonsense', /Internal Server Error/, '500 INTERNAL SERVER ERROR'],
    ['PUT dns/custom/a.example.com/TXT', 'caf\u00e9', /Error/, '500 INTERNAL SERVER ERROR'],
    ['GET dns/custom', '', /^\[\n {2}\{\n {4}"qname": "a\..*"caf".*"127\.0\.0\.1".*"nonsense"/s],
    [`DELETE ${DNS}/MX`, '', 'updated DNS: example.com\n'],
    [ADD, ALIAS, 'alias added\n'],
    [ADD, `${ALIAS}&update_if_exists=1`, 'alias updated\n'],
    [ADD, `${ALIAS}.test`, 'Invalid receiver email address (b@example.com.test).', BAD],
    ['GET mail/aliases', '', /^preview@example.com\ta@example.com,b@example.com\t$/m],
    ['POST mail/aliases/remove', 'address=preview@example.com', 'alias removed\n'],
    [ADD, ALIAS.replace('.com', '.org'), /^alias added\nupdated DNS: example.org\nweb updated\n$/],
  ]);
  expect((await send(box, 'POST /admin/mail/aliases/add', asAdmin, ALIAS)).status).toBe(BAD);
});

const [NAME, BROKEN] = ['dns/custom/a.example.com', '500 INTERNAL SERVER ERROR'];
const MANAGED = 'is not a domain name or a subdomain of a domain name managed by this box.';
const UPDATED = 'updated DNS: example.com\n';

test.concurrent('records: normal forms, rejected values, and values that block their zone', async () => {
  await using box = await start();
  box.daemon.resources.dns.zones.push('example.org');
  await expectResponses(box, [
    ['GET dns/zones', '', '[\n  "example.com",\n  "example.org"\n]\n'],
    [`DELETE dns/custom/example.net/A`, '', `example.net ${MANAGED}`, BAD],
    ['PUT dns/custom/a..example.com/TXT', 'x', 'Invalid name.', BAD],
    [`PUT ${NAME}`, 'x', "'x' does not appear to be an IPv4 or IPv6 address", BAD],
    [`PUT ${NAME}/A`, '2001:db8::1', "That's an IPv6 address.", BAD],
    [`PUT ${NAME}/aaaa`, '192.0.2.1', "That's an IPv4 address.", BAD],
    [`PUT ${NAME}/CNAME`, 'a b', 'Invalid value.', BAD],
    ['PUT dns/custom/example.com/NS', 'ns.example.net', /^NS records can only be set for sub/, BAD],
    [`POST ${NAME}/TLSA`, '3 1 1 00', "Unknown record type 'TLSA'.", BAD],
    [`POST ${NAME}/TXT`, ' ', 'No value for the record provided.', BAD],
    [`POST ${NAME}/AAAA`, 'local', UPDATED],
    [`POST ${NAME}/TXT`, ' "a  b" ', UPDATED],
    [`POST ${NAME}/TXT`, 'second', UPDATED],
    [`POST ${NAME}/TXT`, 'second', 'OK'],
    [`DELETE ${NAME}/TXT`, 'second', UPDATED],
    [`GET ${NAME}/TXT`, '', /"value": "\\"a {2}b\\""/],
    [`DELETE ${NAME}/TXT`, '', UPDATED],
    [`DELETE ${NAME}/AAAA`, 'local', UPDATED],
    [`POST ${NAME}/CNAME`, 'b.example.com', UPDATED],
    [`PUT ${NAME}/CNAME`, 'b.example.com.', 'OK'],
    ['GET dns/zonefile/example.com', '', /a\.example\.com\.\tIN\tCNAME\tb\.example\.com\.\n$/],
    ['GET dns/zonefile/example.net', '', /Error/, BROKEN],
    [`POST ${NAME}/CAA`, '0 issue "ca.test"', /Error/, BROKEN],
    ['PUT dns/custom/example.org/MX', '10 mail.example.org.', 'updated DNS: example.org\n'],
    [`DELETE ${NAME}/CNAME`, 'b.example.com', UPDATED],
    [`GET ${NAME}/CAA`, '', /"rtype": "CAA",\n {4}"sort-order": {\n {6}"created": 0,\n/],
  ]);
});

const [SECRET, CI] = ['JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', 'new@example.com'];

test.concurrent('users and two-factor', async () => {
  await using box = await start();
  const token = Totp.generate({ secret: Secret.fromBase32(SECRET), timestamp: +box.clock });
  const asNew = basic(CI, 'new password');
  const withToken = { ...asNew, 'x-auth-token': token };
  const added = `email=${CI}&password=new+password&privileges=admin`;
  const enable = 'POST mfa/totp/enable';
  const none = 'Invalid user or MFA id.';
  await expectResponses(box, [
    ['POST mail/users/add', 'email=admin@example.com', /^You may not make a user account for /, BAD],
    ['POST mail/users/add', `email=${CI}`, 'Passwords must be at least eight characters.', BAD],
    ['POST mail/users/add', added, 'mail user added\n'],
    ['POST mail/users/add', added, 'User already exists.', BAD],
    ['POST mail/users/add', added.replace('.com', '.org'), /^mail user .*\nupdated DNS: .*\nweb up/],
    ['POST mfa/status', '', 'You are not an administrator.\n', NO, asUser],
    ['POST mfa/status', '', /"enabled_mfa": \[],\n.*"secret": "[A-Z2-7]{32}"/s, OK, asNew],
    [enable, `secret=${SECRET}`, 'Bad Input', BAD, asNew],
    [enable, 'token=1', 'No secret provided.', BAD, asNew],
    [enable, 'token=1&secret=A', 'Secret should be a 32 characters base32 string', BAD, asNew],
    [enable, `token=1&secret=${SECRET}`, 'Invalid token.', BAD, asNew],
    [enable, `token=${token}&secret=${SECRET}`, 'OK', OK, asNew],
    ['POST mfa/status', '', 'missing-totp-token\n', NO, asNew],
    [enable, `token=${token}&secret=${SECRET}&label=2`, 'OK', OK, withToken],
    ['POST mfa/status', `user=${CI}`, /^{\n {2}"enabled_mfa": \[[^\]]*: 1,[^\]]*: 2,[^\]]*]\n}\n$/],
    ['POST mfa/disable', `user=${CI}&mfa-id=3`, none, BAD],
    ['POST mfa/disable', `user=${CI}&mfa-id=2`, 'OK'],
    ['POST mfa/disable', `user=${CI}`, 'OK'],
    ['POST mfa/disable', `user=${CI}`, none, BAD],
    ['POST mail/users/password', `email=${CI}&password=another+one`, 'OK'],
    ['POST mfa/status', '', `${INCORRECT}\n`, NO, asNew],
    ['POST mail/users/remove', `email=${CI}`, 'mail user removed\n'],
    ['POST mail/users/remove', `email=${CI}`, `That's not a user (${CI}).`, BAD],
  ]);
});

test.concurrent.each<[string, unknown, (box: TestBox, key: string) => unknown]>([
  ['47 hours', undefined, ({ clock }) => clock.setUTCHours(47)],
  ['48 hours', INCORRECT, ({ clock }) => clock.setUTCHours(48)],
  ['a new password', INCORRECT, ({ daemon }) => daemon.accounts.set(ADMIN.email, USER)],
  ['TOTP', INCORRECT, ({ daemon }) => daemon.accounts.set(ADMIN.email, { ...TOTP, ...ADMIN })],
  ['deletion', "That's not a user (ci@example.com).", ({ daemon }) => daemon.accounts.clear()],
  ['a restart', INCORRECT, (box) => box.restart()],
  ['logout', INCORRECT, (box, key) => send(box, LOGOUT, basic(ADMIN.email, key))],
  ['logout of another', undefined, (box, key) => send(box, LOGOUT, basic(USER.email, key))],
  ['used: 2', INCORRECT, async (box, key) => [add(box, 1), await verify(box, key), add(box, 63)]],
  ['used: 64', undefined, async (box, key) => [add(box, 63), await verify(box, key), add(box, 63)]],
])('a key after %s: %s', async (_, expected, change) => {
  await using box = await start();
  const { api_key: key } = JSON.parse((await send(box, LOGIN, asAdmin)).body);
  box.clock.setUTCHours(24);
  expect(await verify(box, key)).toBeUndefined();
  expect((await send(box, LOGIN, basic(ADMIN.email, key))).body).toBe(invalid(INCORRECT));
  await change(box, key);
  expect(box.keys.valid().includes(key)).toBe(expected === undefined);
  expect(await verify(box, key)).toBe(expected);
});

test.concurrent('codes of three steps are accepted, but not the last one again', async () => {
  await using box = await start();
  const secret = Secret.fromBase32(`${TOTP.totpSecret}`);
  const codes = ['0 ok', '0 invalid', '1 ok', '1 invalid', '0 ok', '-1 ok', '2 invalid'];
  for (const [index, expected] of codes.entries()) {
    const step = Number.parseInt(expected, 10);
    const code = Totp.generate({ secret, timestamp: +box.clock + step * 30_000 });
    const { status } = JSON.parse((await send(box, LOGIN, withCode(code))).body);
    expect({ index, result: `${step} ${status}` }).toEqual({ index, result: expected });
  }
});

test.concurrent('20 failed logins within 30 s ban an address for ten minutes', async () => {
  await using box = await start();
  const fail = (times: number, line: string) =>
    Promise.all(Array.from({ length: times }, () => send(box, line, wrong()).catch(lost)));
  const others = [send(box, LOGIN, withCode('')), send(box, VERIFY), fail(1, LOGOUT)];
  await Promise.all([fail(19, LOGIN), ...others]);
  box.clock.setUTCSeconds(30);
  expect(await fail(20, VERIFY)).toMatchObject(Array(20).fill({ status: NO }));
  box.clock.setUTCMilliseconds(599_999);
  expect(await fail(1, LOGIN)).toMatchObject([{ status: expect.stringContaining('ECONN') }]);
  box.clock.setUTCMilliseconds(1000);
  expect(await fail(1, LOGIN)).toMatchObject([{ status: OK }]);
});

test.concurrent('the daemon handles one request at a time', async () => {
  await using box = await start({ delay: 200 });
  const started = performance.now();
  const replies = await Promise.all([1, 2, 3].map(() => send(box, LOGIN, asAdmin)));
  expect(replies).toMatchObject(Array(3).fill({ status: OK }));
  expect(performance.now() - started).toBeGreaterThan(400);
});

test.concurrent('the daemon handles a request even if nginx has given up on it', async () => {
  await using box = await start({ delay: 100, gatewayTimeout: 1 });
  expect(await send(box, LOGIN, asAdmin)).toMatchObject({ status: '504 Gateway Time-out' });
  for (let turn = 0; turn < 1000 && box.keys.valid().length < 1; turn++) await pause(10);
  expect(box.keys.valid()).toHaveLength(1);
});

test.concurrent.each(Object.entries(FAULTS))('the fault %s hits one login', async (name, fault) => {
  await using box = await start();
  box.inject(fault, { at: 'login', times: 1 });
  expect((await send(box, LOGOUT)).status).toBe(OK);
  const first = send(box, LOGIN, asAdmin).catch(lost);
  for (let turn = 0; turn < 1000 && box.requestLog.length < 2; turn++) await pause(10);
  const code = /^\d+/.exec(name)?.[0] ?? '';
  if (!/silent|drip|endless|101/.test(name)) expect((await first).status).toContain(code);
  const { status } = await send(box, LOGIN, asAdmin).catch(lost);
  expect(status).toContain(/gone|ban/.test(name) ? 'ECONN' : OK);
});
