import { expect, jest, test } from '@jest/globals';
import { Daemon } from '../../devkit/box/daemon.ts';
import { BoxError } from '../../src/box/errors.ts';
import { parseLogin } from '../../src/box/responses.ts';
import { basicCredentials } from '../../src/box/secrets.ts';
import { signIn } from '../../src/box/sign-in.ts';
import type { UserApi } from '../../src/box/user-api.ts';
import { virtualClock } from '../clock.ts';
import { TOTP } from '../support.ts';

const CODE_REJECTED = 'Two-factor code rejected';
const { email, password, totpSecret: SECRET = '' } = TOTP;
const MIDNIGHT = Date.UTC(2026, 0, 1);
const STEP = 30_000;
/** Failed logins within 30 s for which a box bans an address. */
const BAN = 20;

/** A box and jobs on one virtual clock. The box handles one request at a time, each in 60 ms. */
function startDaemon({ start = MIDNIGHT, ahead = 0, totpSecret = SECRET } = {}) {
  const clock = virtualClock(start);
  const failures: number[] = [];
  const daemon = new Daemon({
    accounts: [{ ...TOTP, totpSecret }],
    zone: 'example.com',
    now: () => clock.now() + ahead,
    onFailedLogin: () => failures.push(clock.now()),
  });
  let queue: Promise<unknown> = Promise.resolve();
  const never = new AbortController().signal;
  const login: UserApi['login'] = async ({ totp }) => {
    const authorization = `Basic ${basicCredentials(email, password)}`;
    const headers = { authorization, 'x-auth-token': totp };
    const request = { method: 'POST', path: '/login', headers, body: '', address: '192.0.2.1' };
    const handled = queue.then(() => clock.sleep(60, never)).then(() => daemon.handle(request));
    queue = handled;
    const { body, status } = await handled;
    const url = new URL('https://box.example.com/admin/login');
    const response = { url, status, headers: {}, body: String(body), clockAhead: ahead };
    return parseLogin(response, { email, password });
  };

  /** Signs in as a job does; gets its codes, each with its time in seconds since the start. */
  async function signInAsJob({ totpSecret = SECRET, busy = 0 } = {}) {
    const codes: { at: number; code: string | undefined }[] = [];
    const recorded: UserApi['login'] = (credentials, attempt) => {
      codes.push({ at: (clock.now() - start) / 1000, code: credentials.totp });
      if (codes.length <= busy) throw new BoxError('Box busy', 'HTTP 502', { transient: true });
      return login(credentials, attempt);
    };
    const context = {
      cancellation: { requested: never, final: never, last: never },
      clock,
      log: { info() {}, debug() {} },
    };
    const inputs = { email, password, totpSecret, timeout: 120 };
    const result = await signIn({ login: recorded }, inputs, context, () => {}).catch((error) => error);
    return { codes, title: result.title };
  }
  return { signInAsJob, failures };
}

const between = (low: number, high: number) => expect.closeTo((low + high) / 2, -Math.log10(high - low + 0.01));

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('the first code is the current one of RFC 6238 at %i s', async (seconds, code) => {
  const box = startDaemon({ start: seconds * 1000 });
  const job = await box.signInAsJob({ totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ' });
  expect(job.codes[0]).toEqual({ at: 0, code });
});

test('a wrong secret is five codes, at most three in 30 s, never one twice in a row', async () => {
  const waits: number[] = [];
  for (let n = 0; n < 60; n++) {
    const start = MIDNIGHT + n * 1000;
    const { codes, title } = await startDaemon({ start, totpSecret: 'A'.repeat(32) }).signInAsJob();
    const [, second = NaN, third = NaN, fourth = NaN, ...more] = codes.map(({ at }) => at);
    expect(title).toBe(CODE_REJECTED);
    expect(second).toEqual(between(0, 10.1));
    expect(third).toEqual(between(second, second + 0.1));
    expect(fourth).toEqual(between(40, 60.1));
    expect(more).toEqual([between(fourth, fourth + 0.1)]);
    for (const [at, { code }] of codes.entries()) expect(code).not.toBe(codes[at + 1]?.code);
    waits.push(second);
  }
  expect(Math.min(...waits)).toBeLessThan(4);
  expect(Math.max(...waits)).toBeGreaterThan(6);
});

test.each([-300, -120, 120, 300])('the clock of a box that is %i s ahead is followed', async (ahead) => {
  const box = startDaemon({ start: MIDNIGHT + STEP / 2, ahead: ahead * 1000 });
  expect(await box.signInAsJob()).toMatchObject({ title: undefined, codes: { length: 2 } });
});

test('a busy box does not use up a code', async () => {
  const { codes, title } = await startDaemon().signInAsJob({ busy: 2 });
  expect(title).toBeUndefined();
  expect(codes.map(({ code }) => code)).toEqual(Array(3).fill(codes[0]?.code));
});

test('six jobs at once with one secret all sign in, far from a ban, in 100 runs', async () => {
  // The same numbers every time: in a few of 50,000 runs, a job gets in between the attempts of another.
  let seed = 1;
  jest.spyOn(Math, 'random').mockImplementation(() => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  });
  const runs = Array.from({ length: 100 }, async (_, run) => {
    const { signInAsJob, failures } = startDaemon({ start: MIDNIGHT + run * 100 });
    const jobs = await Promise.all(Array.from({ length: 6 }, () => signInAsJob()));
    expect(jobs.map(({ title }) => title)).toEqual(Array(6).fill(undefined));
    const most = failures.map((from) => failures.filter((at) => at >= from && at - from <= STEP));
    expect(Math.max(...most.map(({ length }) => length))).toBeLessThan(BAN);
  });
  await Promise.all(runs);
  jest.restoreAllMocks();
});
