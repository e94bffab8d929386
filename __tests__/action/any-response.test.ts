import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
import { afterEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { certificate } from '../../devkit/box/certificates.ts';
import { ENCODINGS, formsOf } from '../../devkit/box/encodings.ts';
import { annotate, log, mask, maskKey } from '../../src/action/log.ts';
import { systemClock } from '../../src/box/context.ts';
import { BoxError, KEY_LOST, REMEDIES } from '../../src/box/errors.ts';
import { basicCredentials } from '../../src/box/secrets.ts';
import { signIn } from '../../src/box/sign-in.ts';
import { revoke, revokeVerified } from '../../src/box/sign-out.ts';
import { UserApi } from '../../src/box/user-api.ts';
import { ADMIN, TOTP } from '../support.ts';

const { email, password } = ADMIN;
const { totpSecret = '' } = TOTP;
/** A key that the action knows, and one that a response grants. */
const [KEY, NEW_KEY] = ['1f8a'.repeat(16), '9bd3'.repeat(16)];
const SECRETS = [password, totpSecret, basicCredentials(email, password), KEY, basicCredentials(email, KEY)];
const REJECTED = /^(Wrong email|Login rejected|Two-factor|Blocked)/;

/** What a server may print: secrets in any form, and what a runner or a terminal obeys. */
const echo = fc.tuple(fc.constantFrom(...SECRETS), fc.constantFrom(...ENCODINGS)).map(([text, [, form]]) => form(text));
const hostile = fc.constantFrom(...'\n::error::|##[error]|\u001b]0;x\u0007|\u2028::add-mask::|%0A|\u202e'.split('|'));
const part = fc.oneof({ weight: 2, arbitrary: echo }, hostile, fc.string());
const text = fc.array(part, { minLength: 1, maxLength: 2 }).map((all) => all.join(' '));
const body = fc.oneof(
  fc.record({ status: fc.oneof(fc.constant('ok'), text), api_key: fc.constantFrom(NEW_KEY, `${NEW_KEY} `) }),
  { weight: 4, arbitrary: fc.record({ status: fc.constant('invalid'), reason: text }) },
  fc.constant({ status: 'invalid', reason: 'invalid-totp-token' }),
  fc.tuple(text, fc.constant(NEW_KEY)),
  fc.tuple(fc.constantFrom('<title>', '{"', 'true'), text, fc.constant(NEW_KEY)).map((all) => all.join('')),
);
const chunked = 'Transfer-Encoding: chunked\r\n';
const chunk = (all: string) => `${Buffer.byteLength(all).toString(16)}\r\n${all}\r\n`;
/** The ways to transfer a body, with its header; some are wrong. */
const TRANSFERS: ReadonlyArray<(all: string) => string> = [
  (all) => `Content-Length: ${Buffer.byteLength(all)}\r\n\r\n${all}`,
  (all) => `\r\n${all}`,
  (all) => `${chunked}\r\n${chunk(all.slice(0, 9))}${chunk(all.slice(9))}${chunk('')}`,
  (all) => `Content-Length: 3\r\n${chunked}\r\n${chunk(all)}${chunk('')}`,
  (all) => `${chunked}\r\n${chunk(all)}`,
  (all) => `${chunked}\r\n${chunk(all).replaceAll('\r', '')}${chunk('')}`,
  (all) => `${chunked}\r\n${chunk(all).slice(1)}`,
  (all) => `Content-Length: 9\r\nContent-Length: 9\r\n\r\n${all}`,
];
const FAILED = '301 301 302 302 303 307 308 401 403 404 429 500 502 503 504 520';
const STATUSES = [...Array(11).fill(200), ...FAILED.split(' ').map(Number)];
const HEADERS = [...Array(7).fill('Location'), ...'X-Reason|Retry-After|Server|Date|Content-Type|X|X\r\n '.split('|')];
const response = fc.record({
  call: fc.constantFrom('login', 'login', 'logout', 'verify'),
  status: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...STATUSES) }, fc.integer({ min: 100, max: 999 })),
  headers: fc.array(fc.tuple(fc.constantFrom<string>(...HEADERS), text), { minLength: 1, maxLength: 3 }),
  body: body.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
  transfer: fc.constantFrom(...TRANSFERS.slice(0, 4), ...TRANSFERS),
  /** How much of it is sent, in percents; and how much of that at once, in bytes. */
  sent: fc.oneof({ weight: 4, arbitrary: fc.constant(100) }, fc.integer({ min: 0, max: 99 })),
  prompt: fc.integer({ min: 0, max: 600 }),
  delay: fc.integer({ min: 0, max: 19 }),
  isReset: fc.constantFrom(false, false, true),
});
type Response = typeof response extends fc.Arbitrary<infer T> ? T : never;

function bytesOf({ status, headers, body, transfer, sent }: Response): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`.replace('\r\n : ', '\r\n ')).join('');
  const all = Buffer.from(`HTTP/1.1 ${status} Any\r\n${lines}${transfer(body)}`);
  return all.subarray(0, Math.ceil((all.length * sent) / 100));
}

const stop = new AbortController();
afterEach(() => {
  stop.abort('SIGINT');
  jest.restoreAllMocks();
});

/** Five seconds of one core, of which a busy machine may give it a fiftieth. */
test('500 random responses: no secret, no command, one line; a lost key is reported', async () => {
  const plans: Response[] = [];
  const { ca, ...served } = certificate('issued');
  const server = createServer(served, (socket: TLSSocket) => {
    socket.on('error', () => {});
    socket.once('data', async (data) => {
      const plan = plans[Number(/^User-Agent: (\d+)/im.exec(String(data))?.[1])];
      if (plan === undefined) throw new Error('no user agent');
      const bytes = bytesOf(plan);
      socket.write(bytes.subarray(0, plan.prompt));
      await pause(plan.delay);
      socket.write(bytes.subarray(plan.prompt));
      plan.isReset ? socket.destroy() : socket.end();
    });
  });
  await once(server.unref().listen(0, 'localhost'), 'listening');
  const url = `https://localhost:${(server.address() as AddressInfo).port}/admin`;

  // All waits so long that there is no other attempt.
  jest.spyOn(Math, 'random').mockReturnValue(1e6);
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const printed = () => write.mock.calls.splice(0).map(([line]) => String(line));
  for (const secret of SECRETS) mask(secret);
  maskKey(email, KEY);
  printed();

  const { signal } = stop;
  const context = { cancellation: { requested: signal, final: signal, last: signal }, clock: systemClock, log };
  const session = { email, apiKey: KEY };
  function call(plan: Response): Promise<unknown> {
    const api = new UserApi({ url, ca, log, userAgent: `${plans.push(plan) - 1}` });
    if (plan.call === 'login') return signIn(api, { email, password, totpSecret, timeout: 120 }, context, () => {});
    if (plan.call === 'logout') return revoke(api, session, context);
    return revokeVerified({ logout: async () => ({}), isKeyValid: api.isKeyValid.bind(api) }, session, context);
  }
  // A text may be cut.
  const forms = SECRETS.flatMap(formsOf).flatMap((form) => form.match(/.{24}/g) ?? [form]);
  let [lost, withheld] = [0, 0];
  async function check(plan: Response): Promise<void> {
    const [result] = await Promise.allSettled([call(plan)]);
    if (result.status === 'fulfilled') return;
    const before = printed();
    // The stacks take most of the time.
    process.env['RUNNER_DEBUG'] = plan.delay < 2 ? '1' : '';
    annotate('error', result.reason);
    const [first = '', ...rest] = printed();
    const [, title = '', annotation = ''] = /^::error title=([^:]+)::(.*)\r?\n$/.exec(first) ?? [];
    const lines = [...before, ...rest].map((line) => line.replace(/^::debug::|\r?\n$/g, ''));
    const all = [annotation, ...lines].join('  ');
    const decoded = all.replaceAll('%25', '%');
    const problems = [
      result.reason instanceof BoxError || 'a bug',
      title in REMEDIES || `not one annotation: ${first}`,
      !/[\p{C}\p{Zl}\p{Zp}]|(^| {2})::|##\[|%0/u.test(all) || `a command or control character: ${all}`,
      ...forms.map((form) => !decoded.includes(form) || `a secret: ${form}`),
    ];
    if (plan.call === 'login' && plan.status === 200 && bytesOf(plan).includes(NEW_KEY) && !REJECTED.test(title)) {
      problems.push(annotation.includes(KEY_LOST) || 'the key is lost');
      lost++;
    }
    if (annotation.includes('withheld')) withheld++;
    expect({ problems: problems.filter((problem) => problem !== true), plan }).toEqual({ problems: [], plan });
  }
  const batch = fc.array(response, { minLength: 20, maxLength: 20 });
  const property = fc.asyncProperty(batch, async (plans) => void (await Promise.all(plans.map(check))));
  await fc.assert(property, { seed: 500, numRuns: 25, endOnFailure: true });
  server.close();
  // It has seen what it is for.
  expect(lost).toBeGreaterThan(20);
  expect(withheld).toBeGreaterThan(20);
}, 600_000);
