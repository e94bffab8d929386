import dns from 'node:dns';
import { type AddressInfo, createServer as createTcp, type Server, Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import tls, { type TlsOptions } from 'node:tls';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { startBox } from '../../devkit/box/box.ts';
import { type CertificateKind, certificate } from '../../devkit/box/certificates.ts';
import { FAULTS, type FaultName, respondWith } from '../../devkit/box/faults.ts';
import { type ProxyOptions, startProxy } from '../../devkit/box/proxy.ts';
import { tlsOptions } from '../../src/box/connect.ts';
import { BoxError } from '../../src/box/errors.ts';
import { sanitize } from '../../src/box/sanitize.ts';
import { UserApi } from '../../src/box/user-api.ts';
import { ACCOUNTS, ADMIN, expectNoSecret, LOGIN, LOGOUT, VERIFY } from '../support.ts';

const PROXY_PASSWORD = 'pr0xy:p@ss%/#';
const KEY = 'f0'.repeat(32);

/** How a request fails: the only function here that knows the error classes of src. */
async function failure(request: Promise<unknown>) {
  const [result] = await Promise.allSettled([request]);
  const error: unknown = result.status === 'rejected' ? result.reason : undefined;
  if (!(error instanceof BoxError)) throw new Error('No error of src', { cause: error });
  const { title, message, remedy, traits } = error;
  expectNoSecret({ raw: message + remedy }, [ADMIN.password, KEY, PROXY_PASSWORD, 'pa%ss']);
  expect(message).not.toMatch(/SSL routines|:error:|OPENSSL/i);
  const { transient = false, repeatable = false, responseLost = false, timedOut = false } = traits;
  const { nameNotFound = false, retryAfter } = traits;
  return { title: `${title}`, transient, repeatable, responseLost, timedOut, nameNotFound, retryAfter };
}

type Failure = Awaited<ReturnType<typeof failure>>;
const no = { transient: false, repeatable: false, responseLost: false, timedOut: false, nameNotFound: false };
const final = { ...no, retryAfter: undefined };
const transient = { ...final, transient: true };

const UNREACHABLE = { title: 'Box unreachable', ...transient };
const BUSY = { title: 'Box busy', ...transient };
const PROXY_FAILED = { title: 'Proxy unreachable', ...transient };
const PROXY_BROKEN = { title: 'Proxy unreachable', ...final };
const PROXY_BUSY = { title: 'Proxy rejected', ...transient, repeatable: true };
const UNKNOWN_HOST = { title: 'Host not found', ...final, nameNotFound: true };
const UNTRUSTED = { title: 'Certificate not trusted', ...final };
const INSECURE = { title: 'TLS failed', ...final };
const REDIRECTED = { title: 'Unexpected redirect', ...final };
const NOT_A_BOX = { title: 'Not a Mail-in-a-Box API', ...final };
const BLOCKED = { title: 'Blocked in front of the box', ...final };
const PROXY_REJECTS = { title: 'Proxy rejected', ...final };
const PROXY_SETTING = { title: 'Invalid proxy setting', ...final };

const ENDPOINTS = ['login', 'logout', 'verify'] as const;

const NEVER = new AbortController().signal;
type Target = { readonly host: string; readonly url?: string; readonly ca?: string | undefined };

async function send(
  endpoint: (typeof ENDPOINTS)[number],
  { host, url = `https://${host}/admin`, ca }: Target,
  { key = KEY, signal = NEVER, onlyConnecting = false } = {},
): Promise<unknown> {
  const log = { info: () => {}, debug: () => {} };
  const api = new UserApi({ url, userAgent: 'test', ca, log });
  const { email } = ADMIN;
  const attempt = { phase: 'connect' as const, connecting: signal, sent: onlyConnecting ? NEVER : signal };
  if (endpoint === 'login') return api.login({ ...ADMIN, totp: '123456' }, attempt);
  if (endpoint === 'logout') return api.logout({ email, apiKey: key }, attempt);
  return api.isKeyValid({ email, apiKey: key }, attempt);
}

const { lookup } = dns;
/** Ends an attempt that has looked up its host, before it connects. */
const stuck = new AbortController();
/** Names in .test lead to this machine, unless they are an error code. */
function stub(name: string, options: object, done: (...result: unknown[]) => void): void {
  const [, code = ''] = /^(E[A-Z_]+)\.TEST$/.exec(name.toUpperCase()) ?? [];
  const error = new Error(`getaddrinfo ${code} ${name}`);
  const address = { address: '127.0.0.1', family: 4 };
  const v6 = { address: '2001:db8::1', family: 6 };
  if (code !== '') process.nextTick(done, Object.assign(error, { code, syscall: 'getaddrinfo' }));
  else if (name === 'several.test') process.nextTick(done, null, [address, address]);
  else if (name === 'both.test') process.nextTick(done, null, [v6, address]);
  else if (name === 'stuck.test') setImmediate(() => [done(null, [address]), stuck.abort()]);
  else if (name !== 'silent.test') lookup(name.replace(/.*\.test$/, 'localhost'), options, done);
}
Object.assign(dns, { lookup: stub });
afterAll(() => void Object.assign(dns, { lookup }));

function unsetProxy(): void {
  for (const name of Object.keys(process.env)) if (/_proxy$/i.test(name)) delete process.env[name];
}
unsetProxy();

/** What other servers send. */
const HTTP = 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"status": "ok"}';
const SMTP = '220 box.test ESMTP\r\n';

/** A server that records what it receives. `close` waits until every client has gone. */
async function record(respond: string | (() => void), name = 'localhost', options?: TlsOptions) {
  let received = '';
  const server: Server = options === undefined ? createTcp() : tls.createServer(options);
  const event = options === undefined ? 'connection' : 'secureConnection';
  server.unref().on(event, (socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received += data.toString('latin1');
      typeof respond === 'string' ? socket.end(respond) : respond();
    });
  });
  server.on('tlsClientError', () => {});
  const address = name.replace(/.*\.test$/, 'localhost');
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const close = () => new Promise<string>((resolve) => server.close(() => resolve(received)));
  return { host: `${name}:${(server.address() as AddressInfo).port}`, close };
}

test.concurrent('a request has these headers and no others', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await send('login', box);
  const [key = ''] = box.keys.valid();
  expect(await send('verify', box, { key })).toBe(true);
  await send('logout', box, { key });
  expect(await send('verify', box, { key })).toBe(false);
  expect(box.requestLog).toEqual([LOGIN, VERIFY, LOGOUT, VERIFY]);
  for (const [index, all] of box.requestHeaders.entries()) {
    const { connection, 'content-length': length, ...headers } = all;
    const secret = index === 0 ? ADMIN.password : key;
    expect(headers).toEqual({
      host: box.host,
      'user-agent': 'test',
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${ADMIN.email}:${secret}`).toString('base64')}`,
      ...(index === 0 ? { 'x-auth-token': '123456' } : {}),
    });
  }
});

test.concurrent("a box's clock is known within a second", async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const date = 'Wed, 01 Jan 2031 00:00:00 GMT';
  box.inject(respondWith('{"status": "invalid", "reason": "invalid-totp-token"}', 200, { Date: '' }), { times: 1 });
  box.inject(respondWith('{"status": "invalid", "reason": "invalid-totp-token"}', 200, { Date: date }));
  await expect(send('login', box)).rejects.toMatchObject({ traits: { clockAhead: 0 } });
  const started = Date.now();
  const { traits } = (await send('login', box).catch((reason) => reason)) as BoxError;
  // It counts whole seconds.
  const middle = Date.parse(date) + 500;
  expect(traits.clockAhead).toBeLessThanOrEqual(middle - started);
  expect(traits.clockAhead).toBeGreaterThanOrEqual(middle - Date.now());
});

const LOST = { ...UNREACHABLE, responseLost: true };
/** Only the signal ends these. */
const UNENDING: readonly FaultName[] = ['silent', 'drip'];
const OUTCOMES: ReadonlyArray<readonly [Failure, readonly FaultName[]]> = [
  [LOST, ['reset', 'reset-after-login', 'reset-in-head', 'reset-in-body', 'close', 'cut-short']],
  [LOST, [101]],
  [{ ...BUSY, responseLost: true, timedOut: true }, UNENDING],
  [UNREACHABLE, [502, 503]],
  [{ ...BUSY, retryAfter: 5 }, [429]],
  [{ ...BUSY, responseLost: true }, [504]],
  [BLOCKED, [401, 403]],
  [NOT_A_BOX, [404]],
  [{ ...NOT_A_BOX, responseLost: true }, ['html', 'other-json', 'endless', 'broken-json', 'empty']],
  [{ ...final, title: 'Box error', repeatable: true, responseLost: true }, [500]],
  [{ ...final, title: 'Box unreachable', repeatable: true, responseLost: true }, [520]],
  [REDIRECTED, ['redirect']],
];
const CASES = OUTCOMES.flatMap(([outcome, faults]) =>
  faults.flatMap((fault) => ENDPOINTS.map((endpoint) => [endpoint, fault, outcome] as const)),
);

test.concurrent.each(CASES)('%s fails: %s', async (endpoint, fault, outcome) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await send('login', box);
  const [key = ''] = box.keys.valid();
  const stop = new AbortController();
  box.inject((exchange) => {
    if (UNENDING.includes(fault)) setTimeout(() => stop.abort(), 100);
    return FAULTS[fault](exchange);
  });
  const failed = await failure(send(endpoint, box, { key, signal: stop.signal }));
  // Only a login has a key to lose.
  const responseLost = endpoint === 'login' ? outcome.responseLost : failed.responseLost;
  expect(failed).toEqual({ ...outcome, responseLost });
  expect(box.requestLog).toHaveLength(2);
});

test.concurrent('once a request is sent, the limit for connecting does not explain its error', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const limit = new AbortController();
  box.inject((exchange) => [limit.abort(), FAULTS.reset(exchange)]);
  expect(await failure(send('login', box, { signal: limit.signal, onlyConnecting: true }))).toEqual(LOST);
});

const GRANTED = `{"status": "ok", "api_key": "${KEY}"}`;
const LENGTH = `Content-Length: ${GRANTED.length}`;
const CHUNKED = 'Transfer-Encoding: chunked';
const chunks = (lineBreak: string) => [GRANTED.length.toString(16), GRANTED, '0', '', ''].join(lineBreak);
const respondRaw = (head: string, body = GRANTED) => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`;
const FOLDED = respondRaw(`X: a\r\n  b\r\n${LENGTH}`);
const LONG_HEAD = respondRaw(`X: ${'x'.repeat(64 * 1024)}\r\n${LENGTH}`);
const CONTROL = respondRaw(`X: a\u0001b\u007f\r\n${LENGTH}`);
const BARE_LF = respondRaw(`X: a\n${LENGTH}`).replaceAll('\r\n', '\n');
test.concurrent.each([
  ['folded headers', FOLDED, true],
  ['64 KB of headers', LONG_HEAD, true],
  ['a length beside chunks', respondRaw(`Content-Length: 3\r\n${CHUNKED}`, chunks('\r\n')), true],
  ['control characters', CONTROL, true],
  ['bare line feeds in the head', BARE_LF, true],
  ['two lengths', respondRaw(`${LENGTH}\r\n${LENGTH}`), false],
  ['a lone CR', respondRaw(`X: a\rb: c\r\n${LENGTH}`), false],
  ['bare line feeds between chunks', respondRaw(CHUNKED, chunks('\n')), false],
  ['more than 64 KB of headers', LONG_HEAD.replace('X', 'X'.repeat(2_000)), false],
])('a response with %s: accepted, or else its key is lost', async (_, response, isAccepted) => {
  const { ca, ...served } = certificate('issued');
  const { host, close } = await record(response, 'localhost', served);
  const sent = send('login', { host, ca });
  if (isAccepted) expect(await sent).toMatchObject({ apiKey: KEY });
  else expect(await failure(sent)).toMatchObject({ responseLost: true });
  await close();
});

test.concurrent('at most 1 MB of a body is read', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  box.inject(respondWith('{"status": "ok"}'.padEnd(900_000)), { times: 1 });
  box.inject(respondWith('{"status": "ok"}'.padEnd(1_100_000)));
  expect(await send('logout', box)).toEqual({ status: 'ok' });
  expect(await failure(send('logout', box))).toEqual({ ...NOT_A_BOX, responseLost: true });
});

const STATUSES = [301, 302, 303, 307, 308, 401, 404, 500, 503];
test.concurrent.each(STATUSES)('no redirect is followed, no body read: %i', async (status) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await using other = await startBox({ accounts: ACCOUNTS });
  const revoked = { 'X-Reason': 'Incorrect email address or password.' };
  const headers = { Location: `${other.url}/login`, ...revoked };
  box.inject(({ response }) => response.writeHead(status, headers).write('and no end'));
  if (status === 401) expect(await send('verify', box)).toBe(false);
  await failure(send('login', box));
  expect(other.requestLog).toEqual([]);
});

test.concurrent.each<[CertificateKind, string, boolean]>([
  ['issued', '127.0.0.1', true],
  ['self-signed', 'localhost', true],
  ['self-signed', 'box.test', false],
  ['self-signed', '127.0.0.1', false],
  ['self-signed-san', 'localhost', true],
  ['self-signed-expired', 'localhost', false],
  ['self-signed-other', 'localhost', false],
  ['self-signed-other', 'x.router.test', true],
  ['self-signed-other', 'x.y.router.test', false],
  ['chain', 'localhost', true],
  ['no-intermediate', 'localhost', false],
  ['expired', 'localhost', false],
  ['not-yet-valid', 'localhost', false],
  ['other-name', 'localhost', false],
  ['by-expired-ca', 'localhost', false],
])('certificate %s for %s is trusted with its CA only: %s', async (kind, name, trusted) => {
  const { ca, ...served } = certificate(kind);
  const other = certificate('by-expired-ca').ca;
  const maxVersion = name === '127.0.0.1' ? 'TLSv1.2' : 'TLSv1.3'; // Both are spoken.
  const { host, close } = await record(HTTP, name, { ...served, maxVersion });
  if (trusted) expect(await send('logout', { host, ca: other + ca })).toEqual({ status: 'ok' });
  const untrusted = { 'another CA': other, 'public CAs': undefined, ...(trusted ? {} : { ca, both: other + ca }) };
  for (const [trust, given] of Object.entries(untrusted)) {
    const failed = await failure(send('login', { host, ca: given }));
    expect({ trust, ...failed }).toEqual({ trust, ...UNTRUSTED });
  }
  const received = await close();
  expect(received.match(/^Authorization: /gim)?.length ?? received).toBe(trusted ? 1 : '');
});

// Containers often have no IPv6, so no server of a test can listen there.
const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const onIpv6 = hasIpv6 ? test.concurrent : test.skip;
onIpv6('a box with an IPv6 address', async () => {
  await using box = await startBox({ accounts: ACCOUNTS, name: '[::1]' });
  await send('login', box);
  expect(box.requestHeaders[0]?.host).toBe(box.host);
  expect(await failure(send('login', { host: box.host }))).toEqual(UNTRUSTED);
  expect(box.requestLog).toEqual([LOGIN]);
});

test('only a host name is a server name', () => {
  expect(tlsOptions('box.example.com').servername).toBe('box.example.com');
  for (const address of ['192.0.2.1', '2001:db8::1']) expect(tlsOptions(address).servername).toBe('');
});

test.concurrent('nothing is sent over older versions than TLS 1.2', async () => {
  await using box = await startBox({ accounts: ACCOUNTS, protocol: 'old-tls' });
  expect(await failure(send('login', box))).toEqual(INSECURE);
  expect(box.requestLog).toEqual([]);
});

test.concurrent.each<['TLSv1.2' | 'TLSv1.3', Failure]>([
  ['TLSv1.2', INSECURE],
  ['TLSv1.3', BLOCKED],
])('a demanded client certificate is final: %s', async (maxVersion, outcome) => {
  const { ca, ...served } = certificate('issued');
  const demand = { requestCert: true, rejectUnauthorized: true, maxVersion };
  const { host, close } = await record(HTTP, 'localhost', { ...served, ...demand });
  expect(await failure(send('login', { host, ca }))).toEqual(outcome);
  await close();
});

const RSA_ONLY: TlsOptions = { ...certificate('issued'), maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' };
const SERVER_HELLO = `160303002a020000260303${'11'.repeat(32)}00002f00`;
const ALERT = '150303000202';
const bytes = (hex: string) => Buffer.from(hex, 'hex').toString('latin1');
/** A part of the reason, and of the fix. */
test.concurrent.each<[name: string, string, string, string, TlsOptions?]>([
  ['HTTP', "doesn't speak TLS", 'port', HTTP],
  ['SMTP', "doesn't speak TLS", 'port', SMTP],
  ['unrecognized name', 'host name', 'host name', bytes(`${ALERT}70`)],
  ['an alert', '(internal error)', 'TLS settings', bytes(`${ALERT}50`)],
  ['an old server', '(unsafe legacy renegotiation disabled)', 'TLS settings', bytes(SERVER_HELLO)],
  ['no shared cipher', 'no TLS cipher', 'TLS settings', '', RSA_ONLY],
])('a handshake fails, and nothing is sent: %s', async (...row) => {
  const [, why, fix, response, options] = row;
  const { host, close } = await record(response, 'localhost', options);
  const [message, remedy] = [expect.stringContaining(why), expect.stringContaining(fix)];
  await expect(send('login', { host })).rejects.toMatchObject({ title: INSECURE.title, message, remedy });
  expect(await close()).not.toMatch(/authorization|basic/i);
});

const EMPTY = /^'ca-certificate' is empty: set it to that certificate/;
/** Before any advice to trust or renew it. */
const OTHER = /^It's another server's, or 'host' isn't the box's own name/;
/** What is shown after the host, and what the remedy has to name. */
test.concurrent.each<[CertificateKind, CertificateKind | undefined, string, RegExp, host?: string]>([
  ['self-signed', undefined, 'a self-signed certificate for localhost', EMPTY],
  ['self-signed', undefined, 'a certificate for localhost, not', OTHER, '127.0.0.1'],
  ['self-signed', 'self-signed-san', "a certificate for localhost other than 'ca-", /renewed/],
  ['self-signed-expired', undefined, 'an expired self-signed certificate for localhost', /sudo mailinabox/],
  ['self-signed-other', undefined, 'a certificate for router.test, *.router.test, not', /If it's the box's, set/],
  ['self-signed-other', 'self-signed-other', 'a certificate for router.test, *.router.test, not', OTHER],
  ['other-name', 'issued', 'not for this name', /check both\.$/],
  ['self-signed-other', undefined, 'a self-signed certificate for *.router.test', EMPTY, 'x.router.test'],
  ['no-intermediate', undefined, 'a certificate for localhost from a private CA', /^'ca-cert.* is empty.*intermediate/],
  ['no-intermediate', 'issued', "a certificate for localhost that no certificate in 'ca-cert", /Otherwise/],
  ['chain', undefined, 'a certificate for 127.0.0.1 from a CA that', /^'ca-cert.* is empty.*EXTRA_CA/, '127.0.0.1'],
  ['chain', 'self-signed', 'a certificate for localhost that no certificate', /public certificate/],
  ['expired', 'issued', 'an expired certificate for localhost', /Renew/],
  ['by-expired-ca', 'by-expired-ca', "localhost whose CA in 'ca-certificate' expired on 2024-02-01", /new/],
])('certificate %s with %s: %s', async (kind, trusted, why, fix, name = 'localhost') => {
  await using box = await startBox({ certificate: kind, name: '127.0.0.1' });
  const ca = trusted && certificate(trusted).ca;
  const host = `${name}:${box.port}`;
  const [message, remedy] = [expect.stringContaining(why), expect.stringMatching(fix)];
  await expect(send('login', { host, ca })).rejects.toMatchObject({ message, remedy });
  expect(box.requestLog).toEqual([]);
});

test.concurrent('any certificate in ca is a trust anchor, in any order', async () => {
  const intermediate = certificate('chain').cert.replace(certificate('no-intermediate').cert, '');
  const [old, san] = [certificate('self-signed').ca, certificate('self-signed-san').ca];
  const anchors: Array<[CertificateKind, string]> = [
    ['no-intermediate', certificate('no-intermediate').cert],
    ['no-intermediate', intermediate],
    ['self-signed-san', old + san],
    ['self-signed-san', san + old],
  ];
  for (const [kind, ca] of anchors) {
    await using box = await startBox({ accounts: ACCOUNTS, certificate: kind });
    await send('login', { host: box.host, ca });
    expect(box.keys.valid()).toHaveLength(1);
  }
});

const MISSING = ['enotfound', 'eai_fail', 'eai_nodata', 'eai_noname', 'enoent', 'eai_addrfamily'];
test.concurrent.each(MISSING)('%s is final', async (code) => {
  expect(await failure(send('login', { host: `${code}.test` }))).toEqual(UNKNOWN_HOST);
});

const AWAY = ['eai_again.test', '127.0.0.1:1', 'several.test:1', 'both.test:1'];
test.concurrent.each(AWAY)('no connection to %s is transient', async (host) => {
  expect(await failure(send('login', { host }))).toEqual(UNREACHABLE);
});

test.concurrent('of several failed addresses, the one with a route is reported', async () => {
  const failed = send('login', { host: 'both.test:1' });
  await expect(failed).rejects.toMatchObject({ message: expect.stringContaining('refused') });
});

test.concurrent('the connection is closed after the head of another status', async () => {
  await using box = await startBox();
  const closed = Promise.withResolvers<void>();
  box.inject(({ request, response }) => {
    request.socket.on('close', () => closed.resolve());
    response.writeHead(404).write('no end');
  });
  await failure(send('login', box));
  await closed.promise;
});

test.concurrent('the second of two addresses is reached, however far away it is', async () => {
  await using box = await startBox({ accounts: ACCOUNTS, name: '127.0.0.1' });
  const failed = await failure(send('login', { host: `both.test:${box.port}`, ca: box.ca }));
  expect(failed).toEqual(UNTRUSTED); // The certificate is for another name.
});

test.concurrent('the signal ends a look-up and a handshake, and lets nothing begin', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const aborted = { ...UNREACHABLE, timedOut: true };
  expect(await failure(send('login', box, { signal: AbortSignal.abort() }))).toEqual(aborted);
  expect(box.requestLog).toEqual([]);
  const stop = new AbortController();
  const { host, close } = await record(() => stop.abort());
  const [message, remedy] = [expect.stringContaining('TLS handshake'), expect.stringContaining('MTU')];
  await expect(send('login', { host }, stop)).rejects.toMatchObject({ message, remedy, traits: { timedOut: true } });
  await close();
  const ended = new AbortController();
  const silent = send('login', { host: 'silent.test' }, ended);
  setImmediate(() => ended.abort());
  await expect(silent).rejects.toMatchObject({ remedy: expect.stringContaining('DNS') });
  const address = send('login', { host: '127.0.0.1:1' }, { signal: AbortSignal.abort() });
  await expect(address).rejects.toMatchObject({ message: expect.stringContaining('no connection in time') });
  const connecting = send('login', { host: `stuck.test:${box.port}` }, stuck);
  await expect(connecting).rejects.toMatchObject({ message: expect.stringContaining('no connection in time') });
});

// Last: these change the environment of this process.
describe('a proxy', () => {
  afterEach(() => {
    unsetProxy();
    jest.restoreAllMocks();
  });
  const hidden = () => startBox({ accounts: ACCOUNTS, name: 'box.test' });

  test.each([
    ['https_proxy', `us er:${PROXY_PASSWORD}`],
    ['HTTPS_PROXY', 'a-token:'],
    ['https_proxy', 'user:pässwörd'],
  ])('from %s is used for every request, with %s', async (name, credentials) => {
    await using box = await hidden();
    await using proxy = await startProxy({ credentials });
    Object.assign(process.env, { HTTPS_PROXY: 'http://127.0.0.1:1', [name]: proxy.url });
    const contexts = jest.spyOn(tls, 'createSecureContext');
    for (const endpoint of ENDPOINTS) await send(endpoint, box);
    expect(sanitize(credentials.replace(/^user:|:$/, ''))).toContain('withheld');
    expect(contexts.mock.calls.map(([options]) => options?.ca)).toEqual(Array(3).fill(box.ca));
    // For the name of the proxy, not for the name of the box.
    const other = certificate('self-signed');
    box.serve(other);
    expect(await failure(send('login', { ...other, host: box.host }))).toEqual(UNTRUSTED);
    expect(box.requestLog).toEqual([LOGIN, LOGOUT, VERIFY]);
    expect(proxy.tunnels).toEqual(Array(4).fill(box.host));
  });

  test.each([
    ['https://box.test/admin', '', 443],
    ['http://localhost/admin', '', 80],
    ['https://box.test/admin', 'http://proxy.test', 80],
    ['https://box.test/admin', 'https://proxy.test', 443],
  ])("default port: %s with https_proxy='%s'", async (url, proxy, port) => {
    process.env['https_proxy'] = proxy;
    const connect = jest.spyOn(Socket.prototype, 'connect');
    connect.mockImplementation(function (this: Socket) {
      setImmediate(() => this.destroy(Object.assign(new Error(), { code: 'ECONNREFUSED' })));
      return this;
    });
    await failure(send('login', { host: '', url }));
    // Node's default of 250 ms is too short for another continent.
    const [options] = connect.mock.calls.flat(2);
    expect(options).toMatchObject({ port, autoSelectFamilyAttemptTimeout: 2_500 });
  });

  (hasIpv6 ? test : test.skip)('may have an IPv6 address, as may the box', async () => {
    await using box = await hidden();
    await using proxy = await startProxy({ host: '::1' });
    process.env['https_proxy'] = proxy.url;
    await send('login', box);
    const host = `[2001:db8::1]:${box.port}`;
    expect((await failure(send('login', { host, ca: box.ca }))).title).toBe('Proxy rejected');
    expect(proxy.tunnels).toEqual([box.host, host]);
  });

  test.each<[ProxyOptions & { at?: string }, Failure]>([
    [{ reject: 403 }, PROXY_REJECTS],
    [{ credentials: 'of:others' }, PROXY_REJECTS],
    [{ tls: true }, PROXY_BROKEN], // Nobody trusts its certificate.
    [{ at: 'enotfound.test:1' }, { ...PROXY_BROKEN, nameNotFound: true }],
    [{ reject: 429 }, { ...PROXY_BUSY, repeatable: false }],
    [{ reject: 500 }, { ...PROXY_BUSY, transient: false }],
    [{ reject: 502 }, PROXY_BUSY],
    [{ reject: 503 }, PROXY_BUSY],
    [{ reject: 504 }, PROXY_BUSY],
    [{ at: '127.0.0.1:1' }, PROXY_FAILED],
    [{ at: 'eai_again.test:1' }, PROXY_FAILED],
  ])('fails: %j', async ({ at, ...options }, outcome) => {
    await using box = await hidden();
    await using proxy = await startProxy(options);
    const host = at ?? `localhost:${proxy.port}`;
    const user = `me:${encodeURIComponent(PROXY_PASSWORD)}`;
    process.env['https_proxy'] = `http${options.tls === true ? 's' : ''}://${user}@${host}`;
    const request = send('login', box);
    expect(await failure(request)).toEqual(outcome);
    await expect(request).rejects.toMatchObject({ remedy: expect.stringContaining('proxy') });
    expect(proxy.tunnels).toEqual([]);
    expect(box.requestLog).toEqual([]);
  });

  /** Headers of the proxy, whether it is given a user name, and a part of the fix. */
  test.each<[string, boolean, string, number?]>([
    ['407 x\r\nProxy-Authenticate: NTLM\r\nProxy-Authenticate: Negotiate', true, 'NTLM or Negotiate, but only Basic'],
    ['407 x\r\nProxy-Authenticate: Digest realm="Basic", nonce="x"', false, 'offers Digest, but'],
    ['407 x\r\nProxy-Authenticate: basic realm="x", NTLM', false, 'has no user name'],
    ['407 x\r\nProxy-Authenticate: Negotiate, Basic realm="x"', true, 'Check the user name'],
    ['407 x', true, 'Check the user name'],
    ['503 x\r\nRetry-After: 7', true, 'no_proxy', 7],
  ])('rejects the tunnel: %j, with a user: %s', async (...row) => {
    const [head, hasUser, fix, retryAfter] = row;
    const { host, close } = await record(`HTTP/1.1 ${head}\r\n\r\n`);
    process.env['https_proxy'] = `http://${hasUser ? 'me:secret@' : ''}${host}`;
    const remedy = expect.stringContaining(fix);
    const error = { title: 'Proxy rejected', remedy, traits: expect.objectContaining({ retryAfter }) };
    await expect(send('login', { host: 'box.test' })).rejects.toMatchObject(error);
    await close();
  });

  test.each([
    ['is silent', null, { ...PROXY_FAILED, timedOut: true }],
    ['closes the connection', '', PROXY_FAILED],
    ['opens no connection to the box', 'HTTP/1.1 200 OK\r\n\r\n', UNREACHABLE],
    ['responds with another 2xx', 'HTTP/1.1 201 Created\r\n\r\n', UNREACHABLE],
    ['speaks SMTP', SMTP, PROXY_BROKEN],
    ['folds headers', FOLDED, PROXY_BROKEN],
    ['sends control characters', CONTROL, PROXY_BROKEN],
    ['sends bare line feeds', BARE_LF, PROXY_BROKEN],
    ['sends 20 KB of headers', LONG_HEAD.slice(0, 20_000), PROXY_BROKEN],
  ])('that %s gets no credentials of the box', async (_, response, outcome) => {
    const stop = new AbortController();
    const { host, close } = await record(response ?? (() => stop.abort()));
    process.env['https_proxy'] = `http://${host}`;
    expect(await failure(send('login', { host: 'box.test' }, stop))).toEqual(outcome);
    expect(await close()).toMatch(/^CONNECT box\.test:443 (?!.*(authorization|basic)).*\nHost: box\.test:443\r/is);
  });

  test.each([
    'socks5://127.0.0.1:1',
    'http://user:pa%ss@127.0.0.1:1',
    'http://user:pa#ss@127.0.0.1:1',
    'http://user:12#ss@127.0.0.1:1',
    'http://user:12/ss@127.0.0.1:1',
    '"http://127.0.0.1:1"',
    'user:pa%ss@127.0.0.1:1',
    ' ',
  ])('is not passed by if its setting is unreadable: %j', async (setting) => {
    await using box = await hidden();
    process.env['https_proxy'] = setting;
    expect(await failure(send('login', box))).toEqual(PROXY_SETTING);
    expect(box.requestLog).toEqual([]);
  });

  test.each([
    ['box.test', true, 'elsewhere.example, .test'],
    ['box.test', true, 'BOX.TEST:PORT'],
    ['box.test', false, 'ox.test, box.test:1'],
    ['localhost', true, ''],
  ] as const)('to %s is passed by, %s, for no_proxy=%s', async (name, direct, list) => {
    await using box = await startBox({ accounts: ACCOUNTS, name });
    await using proxy = await startProxy({ host: '127.0.0.1' });
    process.env['https_proxy'] = proxy.url.replace('http://', '');
    process.env['no_proxy'] = list.replace('PORT', String(box.port));
    await send('login', box);
    expect(proxy.tunnels).toEqual(direct ? [] : [box.host]);
  });
});
