/**
 * For tests, loaded with NODE_OPTIONS=--import before an action: makes its clock and its timers run faster, by
 * FAST_CLOCK, `speed@moment=time`: from that moment on, in milliseconds since 1970, it is that time and goes on with
 * that speed. Makes name look-ups fail by FAIL_LOOKUPS, `code@number`: from that one on, counted from 1, with that code;
 * the host in KNOWN_HOST is this machine.
 * The action itself has no switch for tests.
 */
import dns from 'node:dns';
import timers from 'node:timers/promises';

const [speed, moment, time] = (process.env.FAST_CLOCK ?? '1@0=0').split(/[@=]/).map(Number);
const { now } = Date;
const uptime = process.uptime.bind(process);
Date.now = () => time + (now() - moment) * speed;
process.uptime = () => uptime() * speed;

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
  if (hostname === process.env.KNOWN_HOST) return lookup('localhost', options, callback);
  if (code === '' || lookups < Number(from)) return lookup(hostname, options, callback);
  const error = new Error(`getaddrinfo ${code} ${hostname}`);
  process.nextTick(callback, Object.assign(error, { code, syscall: 'getaddrinfo', hostname }));
};
