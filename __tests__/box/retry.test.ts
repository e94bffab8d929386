import { expect, test } from '@jest/globals';
import { BoxError, type Title, type Traits } from '../../src/box/errors.ts';
import { signIn } from '../../src/box/sign-in.ts';
import { revoke, revokeVerified } from '../../src/box/sign-out.ts';
import { virtualClock } from '../clock.ts';

const UNREACHABLE = 'Box unreachable';
const BUSY = 'Box busy';
const REDIRECTED = 'Unexpected redirect';
const CANCELLED = 'Cancelled';
const PASSWORD_REJECTED = 'Wrong email or password';
const NOT_REVOKED = 'Sign-out failed';
const STILL_VALID = 'Key still valid';
const NOT_VERIFIED = 'Sign-out not verified';
/** What the log reports of a lost key, in one datum: how long it stays valid. */
const KEY_LOST = /two days/;

/** What a call returns or throws. */
type Reply<T> = () => T | Error;
const fails = (title: Title, traits?: Traits) => () => new BoxError(title, 'no', traits);
const refused = fails(UNREACHABLE, { transient: true });
const lost = fails(UNREACHABLE, { transient: true, responseLost: true });
const timedOut = fails(UNREACHABLE, { transient: true, responseLost: true, timedOut: true });
const busy = (retryAfter?: number) => fails(BUSY, { transient: true, retryAfter });
const redirect = fails(REDIRECTED);
const wrongPassword = fails(PASSWORD_REJECTED);
const bug = () => new TypeError('a bug');
const NEVER = 1e6;
const ok = () => Object.create(null);

/** A virtual clock and what goes by it. All times are seconds since the start. */
function start({ requested = NEVER, final = NEVER }) {
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
    const abort = () => controller.abort(new BoxError(CANCELLED, 'cancelled'));
    if (seconds === 0) abort();
    else void clock.sleep(seconds * 1000, new AbortController().signal).then(abort);
    return controller.signal;
  }
  const lines: { at: number; line: string }[] = [];
  const log = { debug() {}, info: (line: string) => void lines.push({ at: now(), line }) };
  const cancellation = { requested: abortAt(requested), final: abortAt(final) };
  return { context: { clock, log, cancellation }, now, fake, lines };
}

type Options = Partial<Record<'timeout' | 'delay' | 'requested' | 'final', number>>;
async function signInTo(replies: Reply<never>[], { timeout = 120, delay = 0, ...end }: Options = {}) {
  const { context, now, fake, lines } = start(end);
  const { times: calls, call: login } = fake(replies, delay);
  const inputs = { email: 'ci@example.com', password: 'password', totpSecret: undefined, timeout };
  const error: Partial<BoxError> = await signIn({ login }, inputs, context).catch((e) => e);
  const keysLost = lines.filter(({ line }) => KEY_LOST.test(line)).length;
  return { calls, lines, end: now(), title: error.title, message: error.message, keysLost };
}

const between = (low: number, high: number) => expect.closeTo((low + high) / 2, -Math.log10(high - low + 0.01));

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

test('Retry-After is added to the back-off', async () => {
  const { calls } = await signInTo([busy(118), busy(0), ok], { timeout: 121 });
  expect(calls).toEqual([0, between(118.5, 119), between(119.5, 121)]);
});

test('a sign-in gives up at once if the next attempt would be too late', async () => {
  expect(await signInTo([busy(119.6)])).toMatchObject({ title: BUSY, calls: [0], end: 0 });
  const { title, calls, end } = await signInTo([refused]);
  expect({ title, end }).toEqual({ title: UNREACHABLE, end: between(105, 120) });
  expect(calls.at(-1)).toBe(end);
});

test('an attempt takes at most 65 s, and is logged after 2 s', async () => {
  const { calls, lines, title, end } = await signInTo([ok], { delay: NEVER });
  expect({ title, end }).toEqual({ title: UNREACHABLE, end: 120 });
  expect(calls).toEqual([0, between(65.5, 66)]);
  expect(lines.map(({ at }) => at)).toEqual([2, 65, 65, between(67.5, 68), 120]);
  expect(lines[0]?.line).toMatch(/\b63 s\b/);
  expect((await signInTo([ok], { delay: 1.9 })).lines).toEqual([]);
});

test('an attempt that ran out of time says less than the response before it', async () => {
  const result = await signInTo([busy(60), timedOut, timedOut], { timeout: 63.5 });
  const message = expect.stringMatching(/\(3 attempts in 6[23] s\)$/);
  expect(result).toMatchObject({ title: BUSY, message });
});

test('a wait between attempts is not reported as a slow response', async () => {
  expect((await signInTo([busy(30), ok])).lines).toHaveLength(1);
});

const SLOW = { delay: 5, requested: 1, final: 10 };
test.each<[string, Reply<never>[], Options, string | undefined, object]>([
  ['a rejected password is sent once', [wrongPassword], {}, PASSWORD_REJECTED, { end: 0 }],
  ['an unexpected error is final', [bug], {}, undefined, { message: 'a bug', end: 0 }],
  ['a redirect is final', [busy(1), redirect], {}, REDIRECTED, { keysLost: 0 }],
  ['each lost key is reported', [lost, lost, redirect], {}, REDIRECTED, { keysLost: 2 }],
  ['cancelled while it waits', [busy(60)], { requested: 1 }, CANCELLED, { end: 1, keysLost: 0 }],
  ['cancelled before it starts', [ok], { requested: 0 }, undefined, { end: 0 }],
  ['cancelled before it starts', [refused], { requested: 0 }, CANCELLED, { end: 0 }],
  ['a key is lost, then cancelled', [lost, busy()], { requested: 1 }, CANCELLED, { keysLost: 1 }],
  ['cancelled before a key', [ok], SLOW, undefined, { end: 5 }],
  ['cancelled before a final error', [wrongPassword], SLOW, PASSWORD_REJECTED, { end: 5 }],
  ['cancelled before a transient error', [refused], SLOW, CANCELLED, { end: 5 }],
  ['cancelled before a long wait', [busy(3600)], SLOW, CANCELLED, { end: 5 }],
  ['cancelled, no response', [ok], { ...SLOW, delay: 99 }, CANCELLED, { end: 10, keysLost: 1 }],
])('sign-in: %s', async (_, replies, options, title, expected) => {
  const { calls, ...rest } = await signInTo(replies, options);
  expect(rest).toMatchObject({ title, ...expected });
  expect(calls.length).toBe(replies.length);
});

/** Revokes a key, and verifies it if there is a reply for that. */
async function signOut(delay: number, isValid?: Reply<boolean>, verifyDelay = 0, requested = NEVER) {
  const { context, now, fake } = start({ requested });
  const { times: logouts, call: logout } = fake([ok], delay);
  const { times: verifications, call: isKeyValid } = fake([isValid ?? refused], verifyDelay);
  const [api, session] = [
    { logout, isKeyValid },
    { email: 'ci@example.com', apiKey: 'key' },
  ];
  const work = isValid ? revokeVerified(api, session, context) : revoke(api, session, context);
  const error: Partial<BoxError> | undefined = await work.catch((e) => e);
  return { logouts, verifications, end: now(), title: error?.title };
}

const THREE = [0, between(9.5, 10), between(19.5, 21)];
test('sign-out takes at most 30 s, and an attempt 9 s', async () => {
  const { logouts, end, title } = await signOut(NEVER);
  expect({ end, title }).toEqual({ end: between(28, 30), title: NOT_REVOKED });
  expect(logouts).toEqual(THREE);
});

test('sign-out leaves 10 s for the verification, which decides', async () => {
  const { logouts, verifications, title } = await signOut(NEVER, () => false);
  expect(logouts.slice(0, 2)).toEqual(THREE.slice(0, 2));
  expect(verifications).toEqual([between(18.5, 20)]);
  expect(title).toBeUndefined();
});

test('sign-out and verification together take at most 30 s', async () => {
  const { end, title } = await signOut(NEVER, () => false, NEVER);
  expect({ end, title }).toEqual({ end: between(27, 30.01), title: NOT_REVOKED });
});

test('sign-out leaves the rest of its time for the verification', async () => {
  const { verifications, end, title } = await signOut(0, () => false, NEVER);
  expect({ end, title }).toEqual({ end: between(28, 30), title: NOT_VERIFIED });
  expect(verifications).toEqual(THREE);
});

test('a key that is still valid fails the verification, and a failed logout explains it', async () => {
  expect(await signOut(0, () => true)).toMatchObject({ title: STILL_VALID });
  expect(await signOut(NEVER, () => true)).toMatchObject({ title: NOT_REVOKED });
});

test.each([0, 1])('a sign-out cancelled after %i s has its first attempt, no other', async (s) => {
  expect(await signOut(3, undefined, 0, s)).toMatchObject({ logouts: [0], title: undefined });
  expect(await signOut(NEVER, undefined, 0, s)).toMatchObject({ logouts: [0], title: NOT_REVOKED });
});
