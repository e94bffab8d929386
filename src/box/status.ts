import { BoxError, type ErrorOptions, REMEDIES, type Title } from './errors.ts';
import type { BoxResponse } from './http.ts';
import { retryAfterOf } from './retry.ts';
import { sanitize } from './sanitize.ts';

const LIMITED = 'A CDN or proxy in front of the box limits requests. Re-run the job later.';
const DAEMON = `The box's daemon is probably restarting or down. If this persists, run 'sudo systemctl restart mailinabox' on the box.`;
const NO_SERVER = "The server in front of the box can't reach it. Check both.";
const CLOUDFLARE = 'Cloudflare got no valid response from the box. Check the box.';
const FLEXIBLE = `Set Cloudflare's SSL mode to Full instead of Flexible, or have the proxy in front of the box use HTTPS.`;
const WEBSITE = `${REMEDIES['Blocked in front of the box']} Or 'host' is a website.`;
/** By status, the first that matches. */
const STATUSES: ReadonlyArray<readonly [RegExp, Title, ErrorOptions?]> = [
  [/^429/, 'Box busy', { transient: true, remedy: LIMITED }],
  [/^502/, 'Box unreachable', { transient: true, remedy: DAEMON }],
  [/^503/, 'Box unreachable', { transient: true, remedy: NO_SERVER }],
  // nginx has given up, but the login is still in the daemon's queue.
  [/^504/, 'Box busy', { transient: true, responseLost: true }],
  // A static website, too, returns this to POST.
  [/^405/, 'Blocked in front of the box', { remedy: WEBSITE }],
  // A box returns no others.
  [/^4(?!0[04]|10)/, 'Blocked in front of the box'],
  [/^5[2-9]/, 'Box unreachable', { repeatable: true, responseLost: true, remedy: CLOUDFLARE }],
  // The daemon may have failed after it issued a key.
  [/^5/, 'Box error', { repeatable: true, responseLost: true }],
  [/^/, 'Not a Mail-in-a-Box API'],
];

/** @throws BoxError unless the status is 200 */
export function requireOk({ url, status, headers }: BoxResponse): void {
  if (status === 200) return;
  if (status >= 300 && status < 400) {
    const { location = 'nowhere' } = headers;
    const target = URL.parse(location, url.href);
    const fix = { remedy: target?.host === url.host && target.pathname === url.pathname ? FLEXIBLE : undefined };
    throw new BoxError('Unexpected redirect', `${url.host} redirects to ${sanitize(location).slice(0, 60)}`, fix);
  }
  const [, title = 'Box error', options = {}] = STATUSES.find(([pattern]) => pattern.test(`${status}`)) ?? [];
  const retryAfter = options.transient ? retryAfterOf(headers) : undefined;
  const wait = retryAfter === undefined ? '' : ` (Retry-After: ${retryAfter} s)`;
  throw new BoxError(title, `${url} returned HTTP ${status}${wait}`, { ...options, retryAfter });
}
