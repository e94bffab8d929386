import { expect, jest, test } from '@jest/globals';
import { systemClock } from '../../src/box/clock.ts';
import { Deadline } from '../../src/box/deadline.ts';
import * as errors from '../../src/box/errors.ts';
import { signIn } from '../../src/box/sign-in.ts';
import { UserApi } from '../../src/box/user-api.ts';
import { run as runPost } from '../../src/logout.ts';
import { virtualClock } from '../clock.ts';

const UNREACHABLE = 'Box not reached';
const BUSY = 'Box busy';
const REDIRECTED = 'Redirected';
const CANCELLED = 'Cancelled';
const PASSWORD_REJECTED = 'Password refused';
const NOT_REVOKED = 'warning title=Key not ended';
const NOT_VERIFIED = 'error title=Sign-out not proven';
/** What an error reports of a lost key, in one datum: how long it stays valid. */
const KEY_LOST = /two days/g;

const HOST = 'box.example.com';
const EMAIL = 'ci@example.com';

/** What a call returns or throws. */
type Reply<T> = () => T | Error;
const refused = () => new errors.ConnectionError(HOST, 'refused', false);
const lost = () => new errors.ConnectionError(HOST, 'reset', true);
const busy = (retryAfter?: number) => () => new errors.BusyError(HOST, 503, retryAfter);
const redirect = () => new errors.RedirectError(HOST, 301, 'elsewhere');
const wrongPassword = () => new errors.PasswordRefusedError(EMAIL, HOST);
const ok = () => ({});
const NEVER = 1e6;

/** A virtual clock and what goes by it. All times are seconds since the start. */
function start() {
  const clock = virtualClock();
  const zero = clock.now();
  const now = () => (clock.now() - zero) / 1000;
  /** A call with these replies, each after a delay, the last one for ever; and when it was made. */
  function fake<T>(replies: Reply<T>[], delay = 0) {
    const times: number[] = [];
    async function call(_email: string, _secret: string, { signal }: { signal: AbortSignal }) {
      const reply = replies[times.push(now()) - 1] ?? replies.at(-1) ?? refused;
      await clock.sleep(delay * 1000, signal);
      const result = signal.aborted ? lost() : reply();
      if (result instanceof Error) throw result;
      return result;
    }
    return { times, call };
  }
  function abortAt(seconds: number): AbortSignal {
    const controller = new AbortController();
    void clock.sleep(seconds * 1000).then(() => controller.abort());
    return controller.signal;
  }
  return { clock, now, fake, abortAt };
}

const DEFAULTS = { timeout: 120, delay: 0, requested: NEVER, final: NEVER };
async function signInTo(replies: Reply<object>[], options: Partial<typeof DEFAULTS> = {}) {
  const { timeout, delay, requested, final } = { ...DEFAULTS, ...options };
  const { clock, now, fake, abortAt } = start();
  const { times: calls, call: login } = fake(replies, delay);
  const lines: { at: number; line: string }[] = [];
  const log = { debug() {}, info: (line: string) => lines.push({ at: now(), line }) };
  const stop = { requested: abortAt(requested), final: abortAt(final) };
  const deadline = new Deadline(timeout, stop, undefined, clock);
  const request = { email: EMAIL, password: 'password', deadline, log };
  const api = Object.assign(Object.create(UserApi.prototype), { login });
  const error: Partial<errors.ExplainedError> = await signIn(api, request).catch((e) => e);
  const keysLost = error.message?.match(KEY_LOST)?.length ?? 0;
  return { calls, lines, end: now(), title: error.title, keysLost };
}

const between = (low: number, high: number) =>
  expect.closeTo((low + high) / 2, -Math.log10(high - low + 0.01));

test('back-off doubles from a second to 15 s, with jitter', async () => {
  const jobs = await Promise.all(Array.from({ length: 20 }, () => signInTo([busy()])));
  const jitter = jobs.flatMap(({ calls }) =>
    calls.slice(1).map((at, n) => (at - (calls[n] ?? 0)) / Math.min(15, 2 ** n)),
  );
  expect(Math.min(...jitter)).toEqual(between(0.5, 0.6));
  expect(Math.max(...jitter)).toEqual(between(0.9, 1));
});

test('each wait is logged with its length', async () => {
  const { calls, lines } = await signInTo([refused, busy(20), lost, ok]);
  expect(lines.map(({ at }) => at)).toEqual(calls.slice(0, -1));
  for (const [n, { at, line }] of lines.entries()) {
    const seconds = [...line.matchAll(/([\d.]+) s\b/g)].map(([, number]) => Number(number));
    expect(seconds).toContainEqual(expect.closeTo((calls[n + 1] ?? 0) - at, 0));
  }
  expect(lines.at(-1)?.line).toMatch(KEY_LOST);
});

test('Retry-After is waited for in addition', async () => {
  const { calls } = await signInTo([busy(118), busy(0), ok], { timeout: 121 });
  expect(calls).toEqual([0, between(118.5, 119), between(119.5, 121)]);
});

test('a sign-in gives up at once if the next attempt would be too late', async () => {
  expect(await signInTo([busy(119.6)])).toMatchObject({ title: BUSY, calls: [0], end: 0 });
  const { title, calls, end } = await signInTo([refused]);
  expect([title, end, end]).toEqual([UNREACHABLE, calls.at(-1), between(105, 120)]);
});

test('an attempt takes at most 65 s, and is logged after 2 s', async () => {
  const { calls, lines, title, end } = await signInTo([ok], { delay: NEVER });
  expect([title, end, calls]).toEqual([UNREACHABLE, 120, [0, between(65.5, 66)]]);
  expect(lines.map(({ at }) => at)).toEqual([2, 65, between(67.5, 68)]);
  expect(lines[0]?.line).toMatch(/\b63 s\b/);
  expect((await signInTo([ok], { delay: 1.9 })).lines).toEqual([]);
});

const SLOW = { delay: 5, requested: 1, final: 10 };
test.each<[string, Reply<object>[], Partial<typeof DEFAULTS>, string | undefined, object]>([
  ['a rejected password is sent once', [wrongPassword], {}, PASSWORD_REJECTED, { end: 0 }],
  ['a redirect is final', [busy(1), redirect], {}, REDIRECTED, { keysLost: 0 }],
  ['lost keys are reported once', [lost, lost, redirect], {}, REDIRECTED, { keysLost: 1 }],
  ['cancelled while it waits', [busy(60)], { requested: 1 }, CANCELLED, { end: 1, keysLost: 0 }],
  ['a key is lost, then cancelled', [lost, busy()], { requested: 1 }, CANCELLED, { keysLost: 1 }],
  ['cancelled before a key', [ok], SLOW, undefined, { end: 5 }],
  ['cancelled before a final error', [wrongPassword], SLOW, PASSWORD_REJECTED, { end: 5 }],
  ['cancelled before a transient error', [busy(200)], SLOW, CANCELLED, { end: 5 }],
  ['cancelled, no response', [ok], { ...SLOW, delay: 99 }, CANCELLED, { end: 10, keysLost: 1 }],
])('sign-in: %s', async (_, replies, options, title, expected) => {
  const { calls, ...rest } = await signInTo(replies, options);
  expect(rest).toMatchObject({ title, ...expected });
  expect(calls.length).toBe(replies.length);
});

/** Runs the post-step. */
async function signOut(logoutDelay: number, keyWorks?: Reply<boolean>, verifyDelay = 0) {
  const { clock, now, fake } = start();
  const logout = fake([ok], logoutDelay);
  const verify = fake(keyWorks === undefined ? [] : [keyWorks], verifyDelay);
  const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  jest.spyOn(process, 'on').mockReturnValue(process);
  jest.spyOn(systemClock, 'now').mockImplementation(clock.now);
  jest.spyOn(systemClock, 'sleep').mockImplementation(clock.sleep);
  jest.spyOn(UserApi.prototype, 'logout').mockImplementation(logout.call);
  jest.spyOn(UserApi.prototype, 'keyWorks').mockImplementation(verify.call);
  const session = { url: `https://${HOST}/admin`, accounts: [EMAIL], api_key: 'key' };
  process.env['STATE_session'] = JSON.stringify({
    ...session,
    verifyLogout: keyWorks !== undefined,
  });
  await runPost();
  process.exitCode = 0;
  const [, annotation] = /^::(.* title=.*?)::/m.exec(print.mock.calls.join('\n')) ?? [];
  jest.restoreAllMocks();
  return { logouts: logout.times, verifications: verify.times, end: now(), annotation };
}

const THREE = [0, between(9.5, 10), between(19.5, 21)];
test('sign-out takes at most 30 s, and an attempt 9 s', async () => {
  const { logouts, end, annotation } = await signOut(NEVER);
  expect([logouts, end, annotation]).toEqual([THREE, between(28, 30), NOT_REVOKED]);
});

test('sign-out leaves 10 s for the verification, which decides', async () => {
  const { logouts, verifications, annotation } = await signOut(NEVER, () => false);
  expect(logouts.slice(0, 2)).toEqual(THREE.slice(0, 2));
  expect([verifications, annotation]).toEqual([[between(18.5, 20)], undefined]);
});

test('sign-out leaves the rest of its time for the verification', async () => {
  const { verifications, end, annotation } = await signOut(0, () => false, NEVER);
  expect([verifications, end, annotation]).toEqual([THREE, between(28, 30), NOT_VERIFIED]);
});
