import { BoxError, type ErrorOptions, type Title } from './errors.ts';
import type { BoxResponse } from './http.ts';
import { sanitize } from './sanitize.ts';

const LIMITED = 'A CDN or proxy in front of the box limits requests. Re-run the job later.';
const CLOUDFLARE = 'Cloudflare, in front of the box, got no response from it. Check the box.';
/** By status, the first that matches. */
const STATUSES: ReadonlyArray<readonly [RegExp, Title, ErrorOptions?]> = [
  [/^429/, 'Box busy', { transient: true, remedy: LIMITED }],
  [/^50[23]/, 'Box busy', { transient: true }],
  // nginx has given up, but the login is still in the daemon's queue.
  [/^504/, 'Box busy', { transient: true, responseLost: true }],
  [/^(40[137]|451)/, 'Blocked in front of the box'],
  [/^5[2-9]/, 'Box unreachable', { repeatable: true, remedy: CLOUDFLARE }],
  // The daemon may have failed after it issued a key.
  [/^5/, 'Box error', { repeatable: true, responseLost: true }],
  [/^/, 'Not a Mail-in-a-Box API'],
];

/** @throws BoxError unless the status is 200 */
export function requireOk({ url, status, headers }: BoxResponse): void {
  if (status === 200) return;
  if (status >= 300 && status < 400) {
    const location = sanitize(headers.location ?? 'nowhere').slice(0, 60);
    throw new BoxError('Unexpected redirect', `${url.host} redirected to ${location}`);
  }
  const found = STATUSES.find(([pattern]) => pattern.test(String(status)));
  const [, title = 'Box error', options = {}] = found ?? [];
  // In seconds. RFC 9110 also allows a date, which neither nginx nor CDNs send here.
  const [seconds] = /^\d{1,9}$/.exec(headers['retry-after'] ?? '') ?? [];
  const wait = seconds !== undefined && options.transient ? ` (Retry-After: ${seconds} s)` : '';
  const retryAfter = seconds === undefined ? undefined : Number(seconds);
  throw new BoxError(title, `${url} returned HTTP ${status}${wait}`, { ...options, retryAfter });
}
