import { BoxError, type Traits } from './errors.ts';
import type { BoxResponse } from './http.ts';
import { sanitize } from './untrusted.ts';
import type { Credentials } from './user-api.ts';

const LIMITED = 'A CDN or proxy in front of the box limits requests. Re-run the job later.';
const REJECTED_CREDENTIALS = 'Incorrect email address or password.';

/** The response to `POST /login`. `missing-totp-token` isn't published, but returned without a code. */
export interface MeResponse {
  readonly status: 'ok' | 'invalid' | 'missing-totp-token';
  readonly api_key?: string;
  readonly email?: string;
  readonly privileges?: readonly string[];
  readonly reason?: string;
}

/** The response to `POST /logout`, as published. A box always returns `ok`, so it doesn't show whether the key was valid. */
export interface LogoutResponse {
  readonly status?: 'ok';
}

/** A response whose fields nobody has checked yet. */
type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

/**
 * Finds the key in the response to a login. Nothing else is checked, so that the key can be saved before anything else
 * can fail. @throws BoxError with what the box decided, or if it isn't a MeResponse
 */
export function parseKey(response: BoxResponse, { email, password, totp }: Credentials): string {
  const { api_key, status, reason }: Unchecked<MeResponse> = parseJson(response);
  const { clockAhead, url } = response;
  const rejected = `${url.host} rejected the login of ${email}`;
  if (status === 'ok') {
    // A box makes 64 hex characters; the published examples are shorter, and not hex.
    if (typeof api_key === 'string' && /^[a-z\d][\w.~+/=-]{7,1023}$/i.test(api_key)) return api_key;
    throw notABox(response, "no valid 'api_key'", { responseLost: true });
  }
  if (status === 'missing-totp-token') {
    if (totp !== undefined) throw headerDropped(url.host, 'X-Auth-Token');
    const message = `${email} has two-factor authentication on, but 'totp-secret' is empty`;
    throw new BoxError('Two-factor code required', message);
  }
  if (status !== 'invalid') throw notABox(response, "JSON with an unknown 'status'");
  switch (reason) {
    case REJECTED_CREDENTIALS:
      throw new BoxError('Wrong email or password', rejected + passwordHint(password));
    case 'invalid-totp-token':
      throw new BoxError('Two-factor code rejected', rejected, { clockAhead });
    case 'Authorization header invalid.':
      throw headerDropped(url.host, 'Authorization');
    default: {
      const why = typeof reason === 'string' ? sanitize(reason).slice(0, 60) : 'no reason given';
      throw new BoxError('Login rejected', `${rejected}: ${why}`);
    }
  }
}

/** What may be wrong with a rejected password, without showing it. */
export function passwordHint(password: string): string {
  if (/^\s|\s$/.test(password)) return ' (password has a space at an end)';
  return /^["'`]|["'`]$/.test(password) ? ' (password has a quote at an end)' : '';
}

function headerDropped(host: string, name: string): BoxError {
  const remedy = 'A proxy or login page in front of the box probably removed it. Let it pass.';
  return new BoxError('Blocked in front of the box', `${host} got no ${name} header`, {}, remedy);
}

/** The privileges in a response that `parseKey` accepted. @throws BoxError */
export function parsePrivileges(response: BoxResponse): readonly string[] {
  const { privileges = [] }: Unchecked<MeResponse> = parseJson(response);
  const isName = (value: unknown) => typeof value === 'string' && /^[a-z\d_-]{1,64}$/.test(value);
  if (Array.isArray(privileges) && privileges.every(isName)) return privileges;
  throw notABox(response, "invalid 'privileges'");
}

/** @throws BoxError if it isn't a LogoutResponse */
export function parseLogout(response: BoxResponse): LogoutResponse {
  const { status = 'ok' }: Unchecked<LogoutResponse> = parseJson(response);
  if (status === 'ok') return { status };
  throw notABox(response, "JSON with an unknown 'status'");
}

/** Whether a key is valid, by the response to `GET /system/privacy`. @throws BoxError if the response shows neither */
export function parseValidity(response: BoxResponse): boolean {
  const { status, headers, body } = response;
  const reason = status === 401 ? String(headers['x-reason']) : '';
  if (reason === 'You are not an administrator.') return true;
  if (reason === REJECTED_CREDENTIALS || reason.startsWith("That's not a user")) return false;
  requireOk(response);
  if (/^(true|false)\s*$/.test(body)) return true;
  throw notABox(response, 'neither true nor false');
}

function parseJson(response: BoxResponse): Readonly<Record<string, unknown>> {
  requireOk(response);
  const { body, headers } = response;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Broken JSON may have contained a key. The cause would quote it.
    const responseLost = /json/.test(headers['content-type'] ?? '');
    const came = responseLost ? "JSON that can't be read" : 'a page instead of JSON';
    throw notABox(response, came, { responseLost });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw notABox(response, 'JSON that is not an object');
}

const notABox = ({ url }: BoxResponse, came: string, traits: Traits = {}) =>
  new BoxError('Not a Mail-in-a-Box API', `${url.host} returned ${came}`, traits);

/** @throws BoxError unless the status is 200 */
function requireOk(response: BoxResponse): void {
  const { url, status, headers } = response;
  if (status === 200) return;
  const returned = `${url.host} returned HTTP ${status}`;
  if (status >= 300 && status < 400) {
    const message = `${url.host} redirected to ${sanitize(headers.location ?? 'nowhere').slice(0, 60)}`;
    throw new BoxError('Unexpected redirect', message);
  }
  if ([429, 502, 503, 504].includes(status)) {
    // In seconds. RFC 9110 also allows a date, which neither nginx nor CDNs send here.
    const [retryAfter] = /^\d{1,9}$/.exec(headers['retry-after'] ?? '')?.map(Number) ?? [];
    const wait = retryAfter === undefined ? '' : ` (Retry-After: ${retryAfter} s)`;
    // After a 504 of nginx, the login is still in the daemon's queue.
    const traits = { transient: true, retryAfter, responseLost: status === 504 };
    const remedy = status === 429 ? LIMITED : undefined;
    throw new BoxError('Box busy', returned + wait, traits, remedy);
  }
  if ([401, 403, 407, 451].includes(status))
    throw new BoxError('Blocked in front of the box', returned);
  if (status >= 520) {
    const remedy = 'Cloudflare, in front of the box, got no response from it. Check the box.';
    throw new BoxError('Box unreachable', returned, {}, remedy);
  }
  // The daemon may have failed after it issued a key.
  if (status >= 500) throw new BoxError('Box error', returned, { responseLost: true });
  throw new BoxError('Not a Mail-in-a-Box API', `${url} returned HTTP ${status}`);
}
