import { expect, test } from '@jest/globals';
import type { Attempt } from '../../src/box/context.ts';
import { BoxError, KEY_LOST, type Title, type Traits } from '../../src/box/errors.ts';
import { retry } from '../../src/box/retry.ts';
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

/** What a call returns or throws. */
type Reply<T> = () => T | Error;
const fails = (title: Title, traits?: Traits) => () => new BoxError(title, 'no', traits);
const refused = fails(UNREACHABLE, { transient: true });
const lost = fails(UNREACHABLE, { transient: true, responseLost: true });
const timedOut = fails(UNREACHABLE, { transient: true, responseLost: true, timedOut: true });
const notConnected = fails(UNREACHABLE, { transient: true, timedOut: true });
/** As any 5xx, and a name that isn't in the DNS. */
const repeatable = fails('Box error', { repeatable: true });
const notFound = fails('Host not found', { nameNotFound: true });
const busy = (retryAfter?: number) => fails(BUSY, { transient: true, retryAfter });
const redirect = fails(REDIRECTED);
const wrongPassword = fails(PASSWORD_REJECTED, { rejected: true });
const bug = () => new TypeError('a bug');
const NEVER = 1e6;
const ok = () => Object.create(null);

/** A virtual clock and what goes by it. All times are seconds since the start. */
function start({ requested = NEVER, final = NEVER }) {
  const clock = virtualClock();
  const zero = clock.now();
  const now = () => (clock.now() - zero) / 1000;
  /** A call with these replies, the last one for ever; how long each takes, and to connect; and when it was made. */
  function fake<T>(replies: Reply<T>[], delay = 0, connect = 0) {
    const times: number[] = [];
    async function call(_: unknown, attempt: Attempt): Promise<T> {
      const reply = replies[times.push(now()) - 1] ?? replies.at(-1) ?? refused;
      if (connect > 0) await clock.sleep(connect * 1000, attempt.connecting);
      if (attempt.connecting.aborted) throw notConnected();
      attempt.phase = 'response';
      await clock.sleep(delay * 1000, attempt.sent);
      const result = attempt.sent.aborted ? timedOut() : reply();
      if (result instanceof Error) throw result;
      return result;
    }
    return { times, call };
  }
  function abortAt(seconds: number): AbortSignal {
    const controller = new AbortController();
    const abort = () => controller.abort('SIGTERM');
    if (seconds === 0) abort();
    else void clock.sleep(seconds * 1000, new AbortController().signal).then(abort);
    return controller.signal;
  }
  const lines: { at: number; line: string }[] = [];
  const log = { debug() {}, info: (line: string) => void lines.push({ at: now(), line }) };
  const cancellation = { requested: abortAt(requested), final: abortAt(final), last: abortAt(NEVER) };
  return { context: { clock, log, cancellation }, now, fake, lines };
}

const ACCOUNT = { email: 'ci@example.com', password: 'password' };
type Options = Partial<Record<'timeout' | 'delay' | 'connect' | 'requested' | 'final', number>>;
async function signInTo(replies: Reply<never>[], { timeout = 120, delay = 0, connect = 0, ...end }: Options = {}) {
  const { context, now, fake, lines } = start(end);
  const { times: calls, call: login } = fake(replies, delay, connect);
  const inputs = { ...ACCOUNT, totpSecret: undefined, timeout };
  let keysLost = 0;
  const onKeyLost = () => void keysLost++;
  const error: Partial<BoxError> = await signIn({ login }, inputs, context, onKeyLost).catch((e) => e);
  const { title, message, remedy = '', traits } = error;
  const logged = { keysLost: lines.filter(({ line }) => line.includes(KEY_LOST)).length, lines };
  expect(lines.some(({ line }) => line.includes('Waiting'))).toBe(delay > 0 && end.requested === 1);
  expect(traits?.signal).toBe(title === CANCELLED ? 'SIGTERM' : undefined);
  return { calls, end: now(), title, message, remedy, keysLost, logged };
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
  const { calls, logged } = await signInTo([refused, busy(20), refused, ok]);
  const { lines } = logged;
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
  const { calls, logged, title, end } = await signInTo([ok], { delay: NEVER });
  const { lines } = logged;
  expect({ title, end }).toEqual({ title: UNREACHABLE, end: 120 });
  expect(calls).toEqual([0, between(65.5, 66)]);
  expect(lines.map(({ at }) => at)).toEqual([2, 65, between(67.5, 68)]);
  expect(lines[0]?.line).toMatch(/ends in 63 s\.$/);
  expect((await signInTo([ok], { delay: 1.9 })).logged.lines).toEqual([]);
});

test('an attempt that ran out of time says less than the response before it', async () => {
  const result = await signInTo([busy(60), timedOut, timedOut], { timeout: 63.5 });
  const message = expect.stringMatching(/\(3 attempts in 6[23] s\)$/);
  expect(result).toMatchObject({ title: BUSY, message });
});

test.each<[Attempt['phase'], string]>([
  ['proxy', 'the proxy'],
  ['lookup', 'name server'],
  ['connect', 'a connection'],
  ['handshake', 'TLS handshake'],
  ['response', 'one request at a time'],
])('after 2 s, the log tells how far it came: %s', async (phase, awaited) => {
  const { context, lines } = start({});
  const login = async (_: unknown, attempt: Attempt) => {
    attempt.phase = phase;
    await context.clock.sleep(3_000, attempt.sent);
    throw wrongPassword();
  };
  await signIn({ login }, { ...ACCOUNT, timeout: 50 }, context, () => {}).catch(() => {});
  const line = expect.stringMatching(`for.* ${awaited}.*\\. This attempt ends in 48 s\\.$`);
  expect(lines).toEqual([{ at: 2, line }]);
});

/** Signs in to a box whose name doesn't exist from the one second to the other. */
async function signInWhile(from: number, to: number, timeout: number) {
  const { context, now } = start({});
  const login = () => Promise.reject(now() < from ? refused() : now() < to ? notFound() : wrongPassword());
  const error: BoxError = await signIn({ login }, { ...ACCOUNT, timeout }, context, () => {}).catch((e) => e);
  return { from, title: error.title, end: now() };
}

test.each([120, 20, 12])('an outage of 8 s of a name is survived, whenever it begins, in %i s', async (timeout) => {
  const begins = Array.from({ length: 100 }, (_, n) => ((timeout - 10) * n) / 100);
  const all = await Promise.all(begins.map((from) => signInWhile(from, from + 8, timeout)));
  expect(all.filter(({ title }) => title === 'Host not found')).toEqual([]);
});

test.each([21_600, 120, 12, 3])('a name that never exists fails within 10 s, or %i s', async (timeout) => {
  const all = await Promise.all(Array.from({ length: 50 }, () => signInWhile(0, NEVER, timeout)));
  expect(new Set(all.map(({ title }) => title))).toEqual(new Set(['Host not found']));
  expect(Math.max(...all.map(({ end }) => end))).toBeLessThanOrEqual(Math.min(10, timeout));
});

test('a rejected code says less than the time that ran out after it', async () => {
  const { context, fake } = start({});
  const { call } = fake([fails('Two-factor code rejected', { codeRejected: true }), timedOut]);
  const waitAfter = ({ traits }: BoxError) => (traits.codeRejected ? 1 : undefined);
  const work = retry((attempt) => call('', attempt), context, { seconds: 2, waitAfter });
  await expect(work).rejects.toMatchObject({ title: UNREACHABLE });
});

test('a wait between attempts is not reported as a slow response', async () => {
  expect((await signInTo([busy(30), ok])).logged.lines).toHaveLength(1);
});

const SLOW = { delay: 5, requested: 1, final: 10 };
const TWO_LOST = { keysLost: 2 };
const WAITING = { at: 1, line: expect.stringContaining('Waiting') };
const CONNECTING = { connect: 5, requested: 1, final: 10 };
const fate = (remedy: string) => ({ remedy: expect.stringContaining(remedy) });
const LOST = { ...fate(KEY_LOST), keysLost: 1 };
const NOT_LOST = { remedy: expect.not.stringContaining(KEY_LOST) };
test.each<[string, Reply<never>[], Options, string | undefined, object]>([
  ['a rejected password is sent once', [wrongPassword], {}, PASSWORD_REJECTED, { end: 0 }],
  ['an unexpected error is final', [bug], {}, 'Unexpected error', { message: 'a bug', end: 0 }],
  ['a redirect is final', [busy(1), redirect], {}, REDIRECTED, { keysLost: 0, ...NOT_LOST }],
  ['a 500 is final', [repeatable], {}, 'Box error', { message: 'no', end: 0 }],
  ['no connection', [ok, ok], { connect: NEVER }, UNREACHABLE, { end: 120 }],
  ['a name is missing now and then', [notFound, busy(12), notFound, wrongPassword], {}, PASSWORD_REJECTED, {}],
  ['each lost key is reported', [lost, lost, redirect], {}, REDIRECTED, { ...LOST, keysLost: 2, logged: TWO_LOST }],
  ['but not after a rejected login', [lost, wrongPassword], {}, PASSWORD_REJECTED, NOT_LOST],
  ['cancelled while it waits', [busy(60)], { requested: 1 }, CANCELLED, { end: 1, ...fate('no key') }],
  ['cancelled before it starts', [ok], { requested: 0 }, CANCELLED, { end: 0, ...fate('No login') }],
  ['cancelled as it connects', [ok], CONNECTING, CANCELLED, { end: 1, ...fate('No login') }],
  ['a key is lost, then cancelled', [lost, busy()], { requested: 1 }, CANCELLED, LOST],
  ['a key is lost, then cancelled as it waits', [lost], { requested: 0.4 }, CANCELLED, LOST],
  ['cancelled before a key', [ok], SLOW, undefined, { end: 5, logged: { lines: [WAITING] } }],
  ['cancelled before a final error', [wrongPassword], SLOW, PASSWORD_REJECTED, { end: 5 }],
  ['cancelled before a transient error', [refused], SLOW, CANCELLED, { end: 5, ...fate('no key') }],
  ['cancelled before a long wait', [busy(3600)], SLOW, CANCELLED, { end: 5 }],
  ['cancelled, a late key', [ok], { ...SLOW, delay: 9.9 }, undefined, { end: 9.9 }],
  ['cancelled, no response', [ok], { ...SLOW, delay: 99 }, CANCELLED, { end: 10, ...LOST }],
])('sign-in: %s', async (_, replies, options, title, expected) => {
  const { calls, ...rest } = await signInTo(replies, options);
  expect(rest).toMatchObject({ title, ...expected });
  expect(calls.length).toBe(replies.length);
});

/** Revokes a key, and verifies it if there is a reply for that. */
async function signOut(
  delay: number,
  isValid?: Reply<boolean>,
  verifyDelay = 0,
  { connect = 0, requested = NEVER } = {},
) {
  const { context, now, fake, lines } = start({ requested });
  const { times: logouts, call: logout } = fake([ok], delay, connect);
  const { times: verifications, call: isKeyValid } = fake([isValid ?? refused], verifyDelay, verifyDelay && connect);
  const api = { logout, isKeyValid };
  const session = { email: 'ci@example.com', apiKey: 'key' };
  const work = isValid ? revokeVerified(api, session, context) : revoke(api, session, context);
  const error: Partial<BoxError> | undefined = await work.catch((e) => e);
  return { logouts, verifications, end: now(), title: error?.title, lines };
}
const REVOKED = () => false;

const THREE = [0, between(9.5, 10), between(19.5, 21)];
const CUT = { connect: NEVER };
const CANCELLED_CUT = { ...CUT, requested: 1 };
test.each<[string, Parameters<typeof signOut>, object]>([
  ['25 s are one request, silently', [25], { logouts: [0], end: 25, title: undefined, lines: [] }],
  ['18 s, verified', [18, REVOKED], { logouts: [0], verifications: [18], title: undefined, lines: [] }],
  ['14 s, verified in 14 s', [14, REVOKED, 14], { verifications: [14], end: 28, title: undefined, lines: [] }],
  ['30 s at most', [NEVER], { logouts: [0], end: 30, title: NOT_REVOKED }],
  ['9 s to connect', [0, undefined, 0, CUT], { logouts: THREE, end: between(28, 30), title: NOT_REVOKED }],
  ['10 s for the verification, which decides', [NEVER, REVOKED, 9], { end: 29, title: undefined }],
  ['the rest of the time for the verification', [0, REVOKED, NEVER], { end: 30, title: NOT_VERIFIED }],
  ['30 s at most for both', [NEVER, REVOKED, NEVER], { verifications: [20], end: 30, title: NOT_REVOKED }],
  ['30 s at most to connect', [1, REVOKED, 1, CUT], { end: between(27, 30.01), title: NOT_REVOKED }],
  ['a key that is still valid', [0, () => true], { title: STILL_VALID }],
  ['a failed logout explains it', [NEVER, () => true], { title: NOT_REVOKED }],
  ['cancelled', [3, undefined, 0, { requested: 0 }], { logouts: [0], title: undefined }],
  ['cancelled, no response', [NEVER, undefined, 0, { requested: 1 }], { logouts: [0], title: NOT_REVOKED }],
  ['cancelled as it connects', [0, undefined, 0, CANCELLED_CUT], { logouts: [0], end: 9, title: NOT_REVOKED }],
])('sign-out: %s', async (_, options, expected) => {
  expect(await signOut(...options)).toMatchObject(expected);
});

test('while signing out and verifying, every 5xx is retried', async () => {
  const { context, fake } = start({});
  const { times: logouts, call: logout } = fake([repeatable, repeatable, ok]);
  const { times: verifications, call: isKeyValid } = fake<boolean>([repeatable, refused, REVOKED]);
  await revokeVerified({ logout, isKeyValid }, { email: 'ci@example.com', apiKey: 'key' }, context);
  expect({ logouts: logouts.length, verifications: verifications.length }).toEqual({ logouts: 3, verifications: 3 });
});
