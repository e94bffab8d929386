import { expect, test } from '@jest/globals';
import { BoxError, type Traits } from '../../src/box/errors.ts';
import { revoke, revokeVerified } from '../../src/box/sign-out.ts';
import { signIn } from '../../src/login.ts';
import { virtualClock } from '../clock.ts';

const UNREACHABLE = 'Box unreachable';
const BUSY = 'Box busy';
const REDIRECTED = 'Unexpected redirect';
const CANCELLED = 'Cancelled';
const PASSWORD_REJECTED = 'Wrong email or password';
const NOT_REVOKED = 'Sign-out failed';
const NOT_VERIFIED = 'Sign-out not verified';
/** What the log reports of a lost key, in one datum: how long it stays valid. */
const KEY_LOST = /two days/;

/** What a call returns or throws. */
type Reply<T> = () => T | Error;
const transient = (traits: Traits = {}) =>
  new BoxError(UNREACHABLE, 'no connection', { transient: true, ...traits });
const refused = () => transient();
const lost = () => transient({ responseLost: true });
const timedOut = () => transient({ responseLost: true, timedOut: true });
const busy = (retryAfter?: number) => () =>
  new BoxError(BUSY, 'HTTP 503', { transient: true, retryAfter });
const redirect = () => new BoxError(REDIRECTED, 'HTTP 301');
const wrongPassword = () => new BoxError(PASSWORD_REJECTED, 'wrong');
const NEVER = 1e6;
const ok = () => Object.create(null);

/** A virtual clock and what goes by it. All times are seconds since the start. */
function start() {
  const clock = virtualClock();
  const zero = clock.now();
  const now = () => (clock.now() - zero) / 1000;
  /** A call with these replies, each after a delay, the last one for ever; and when it was made. */
  function fake<T>(replies: Reply<T>[], delay = 0) {
    const times: number[] = [];
    async function call(_: unknown, signal: AbortSignal): Promise<T> {
      const reply = replies[times.push(now()) - 1] ?? replies.at(-1) ?? refused;
      await clock.sleep(delay * 1000, signal);
      const result = signal.aborted ? timedOut() : reply();
      if (result instanceof Error) throw result;
      return result;
    }
    return { times, call };
  }
  function abortAt(seconds: number): AbortSignal {
    const controller = new AbortController();
    const never = new AbortController().signal;
    const reason = new BoxError(CANCELLED, 'cancelled');
    void clock.sleep(seconds * 1000, never).then(() => controller.abort(reason));
    return controller.signal;
  }
  const lines: { at: number; line: string }[] = [];
  const log = { debug() {}, info: (line: string) => void lines.push({ at: now(), line }) };
  return { clock, now, fake, abortAt, log, lines };
}

const DEFAULTS = { timeout: 120, delay: 0, requested: NEVER, final: NEVER };
async function signInTo(replies: Reply<never>[], options: Partial<typeof DEFAULTS> = {}) {
  const { timeout, delay, requested, final } = { ...DEFAULTS, ...options };
  const { clock, now, fake, abortAt, log, lines } = start();
  const { times: calls, call: login } = fake(replies, delay);
  const cancellation = { requested: abortAt(requested), final: abortAt(final) };
  const inputs = { email: 'ci@example.com', password: 'password', totpSecret: undefined, timeout };
  const error: Partial<BoxError> = await signIn({ login }, inputs, {
    cancellation,
    clock,
    log,
  }).catch((e) => e);
  const keysLost = lines.filter(({ line }) => KEY_LOST.test(line)).length;
  return { calls, lines, end: now(), title: error.title, message: error.message, keysLost };
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
  const { calls, lines } = await signInTo([refused, busy(20), refused, ok]);
  expect(lines.map(({ at }) => at)).toEqual(calls.slice(0, -1));
  for (const [n, { at, line }] of lines.entries()) {
    const [, seconds] = / (\d+) s\.$/.exec(line) ?? [];
    expect(Number(seconds) - ((calls[n + 1] ?? 0) - at)).toEqual(between(0, 1));
  }
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
  expect(lines.map(({ at }) => at)).toEqual([2, 65, 65, between(67.5, 68), 120]);
  expect(lines[0]?.line).toMatch(/\b63 s\b/);
  expect((await signInTo([ok], { delay: 1.9 })).lines).toEqual([]);
});

test('the most informative error is reported, with the number of attempts', async () => {
  const { title, message } = await signInTo([busy(60), timedOut], { timeout: 61.5 });
  expect([title, message]).toEqual([BUSY, expect.stringMatching(/\(2 attempts in 6[01] s\)$/)]);
});

test('a wait between attempts is not reported as a slow response', async () => {
  const { lines } = await signInTo([busy(30), ok]);
  expect(lines).toHaveLength(1);
});

const SLOW = { delay: 5, requested: 1, final: 10 };
test.each<[string, Reply<never>[], Partial<typeof DEFAULTS>, string | undefined, object]>([
  ['a rejected password is sent once', [wrongPassword], {}, PASSWORD_REJECTED, { end: 0 }],
  ['a redirect is final', [busy(1), redirect], {}, REDIRECTED, { keysLost: 0 }],
  ['each lost key is reported', [lost, lost, redirect], {}, REDIRECTED, { keysLost: 2 }],
  ['cancelled while it waits', [busy(60)], { requested: 1 }, CANCELLED, { end: 1, keysLost: 0 }],
  ['a key is lost, then cancelled', [lost, busy()], { requested: 1 }, CANCELLED, { keysLost: 1 }],
  ['cancelled before a key', [ok], SLOW, undefined, { end: 5 }],
  ['cancelled before a final error', [wrongPassword], SLOW, PASSWORD_REJECTED, { end: 5 }],
  ['cancelled before a transient error', [refused], SLOW, CANCELLED, { end: 5 }],
  ['cancelled, no response', [ok], { ...SLOW, delay: 99 }, CANCELLED, { end: 10, keysLost: 1 }],
])('sign-in: %s', async (_, replies, options, title, expected) => {
  const { calls, ...rest } = await signInTo(replies, options);
  expect(rest).toMatchObject({ title, ...expected });
  expect(calls.length).toBe(replies.length);
});

/** Revokes a key, and verifies it if there is a reply for that. */
async function signOut(
  logoutDelay: number,
  isValid?: Reply<boolean>,
  verifyDelay = 0,
  requested = NEVER,
) {
  const { clock, now, fake, abortAt, log, lines } = start();
  const { times: logouts, call: logout } = fake([ok], logoutDelay);
  const { times: verifications, call: isKeyValid } = fake([isValid ?? refused], verifyDelay);
  const cancellation = { requested: abortAt(requested), final: abortAt(NEVER) };
  const context = { cancellation, clock, log };
  const session = { email: 'ci@example.com', apiKey: 'key' };
  const work =
    isValid === undefined
      ? revoke({ logout }, session, context)
      : revokeVerified({ logout, isKeyValid }, session, context);
  const error: Partial<BoxError> | undefined = await work.catch((e) => e);
  return { logouts, verifications, end: now(), title: error?.title, lines };
}

const THREE = [0, between(9.5, 10), between(19.5, 21)];
test('sign-out takes at most 30 s, and an attempt 9 s', async () => {
  const { logouts, end, title } = await signOut(NEVER);
  expect([logouts, end, title]).toEqual([THREE, between(28, 30), NOT_REVOKED]);
});

test('sign-out leaves 10 s for the verification, which decides', async () => {
  const { logouts, verifications, title } = await signOut(NEVER, () => false);
  expect(logouts.slice(0, 2)).toEqual(THREE.slice(0, 2));
  expect([verifications, title]).toEqual([[between(18.5, 20)], undefined]);
});

test('sign-out leaves the rest of its time for the verification', async () => {
  const { verifications, end, title } = await signOut(0, () => false, NEVER);
  expect([verifications, end, title]).toEqual([THREE, between(28, 30), NOT_VERIFIED]);
});

test('a key that is still valid fails the verification', async () => {
  expect(await signOut(0, () => true)).toMatchObject({ title: 'Key still valid' });
});

test('a failed logout is reported if the key is still valid, too', async () => {
  expect(await signOut(NEVER, () => true)).toMatchObject({ title: NOT_REVOKED });
});

test('a cancelled sign-out still has its first attempt, and no other', async () => {
  const { logouts, title } = await signOut(3, undefined, 0, 1);
  expect([logouts, title]).toEqual([[0], undefined]);
  const { logouts: failed, title: why } = await signOut(NEVER, undefined, 0, 1);
  expect([failed, why]).toEqual([[0], NOT_REVOKED]);
});
