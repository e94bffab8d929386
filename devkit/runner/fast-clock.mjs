/**
 * For tests, loaded with NODE_OPTIONS=--import before an action: makes its clock and its timers run faster, by
 * FAST_CLOCK, `speed@moment=time`: from that moment on, in milliseconds since 1970, it is that time and goes on with
 * that speed. Makes name look-ups fail by FAIL_LOOKUPS, `code@number`: from that one on, counted from 1, with that code.
 * The action itself has no switch for tests.
 */
import dns from 'node:dns';
import timers from 'node:timers/promises';

const [speed, moment, time] = (process.env.FAST_CLOCK ?? '1@0=0').split(/[@=]/).map(Number);
const { now } = Date;
const elapsed = performance.now.bind(performance);
Date.now = () => time + (now() - moment) * speed;
performance.now = () => elapsed() * speed;

const { setTimeout: later, AbortSignal } = globalThis;
globalThis.setTimeout = (work, ms = 0, ...rest) => later(work, ms / speed, ...rest);
const abortLater = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => abortLater(Math.ceil(ms / speed));
const pause = timers.setTimeout;
timers.setTimeout = (ms, ...rest) => pause(ms / speed, ...rest);

const [code = '', from = 1] = (process.env.FAIL_LOOKUPS ?? '').split('@');
const { lookup } = dns;
let lookups = 0;
dns.lookup = (hostname, options, callback) => {
  lookups += 1;
  if (code === '' || lookups < Number(from)) return lookup(hostname, options, callback);
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  process.nextTick(callback, Object.assign(error, { code, syscall: 'getaddrinfo', hostname }));
};
