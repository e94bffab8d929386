import { BoxError } from './errors.ts';
import type { BoxResponse } from './http.ts';
import { sanitize } from './sanitize.ts';
import { requireOk } from './status.ts';

const REJECTED_CREDENTIALS = 'Incorrect email address or password.';

/** The response to `POST /login`. `missing-totp-token` isn't published, but returned without a code. */
export interface MeResponse {
  readonly status: 'ok' | 'invalid' | 'missing-totp-token';
  readonly api_key?: string;
  readonly email?: string;
  readonly privileges?: readonly string[];
  readonly reason?: string;
}

/** The response to `POST /logout`, as published. A box always returns `ok`, whether the key was valid or not. */
export interface LogoutResponse {
  readonly status?: 'ok';
}

/** A response whose fields nobody has checked yet. */
type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

/** What a login was sent with. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Six digits, for an account with two-factor authentication. */
  readonly totp?: string | undefined;
}

/** A new session key, and the privileges of its account; undefined if they can't be read. */
export type Login = Readonly<{ apiKey: string; privileges: readonly string[] | undefined }>;

/** Finds the key in the response to a login. Nothing else has to be right, so that the key can be saved before anything
 * else fails. @throws BoxError with what the box decided, or if it isn't a MeResponse */
export function parseLogin(response: BoxResponse, credentials: Credentials): Login {
  const { api_key, privileges, ...rest }: Unchecked<MeResponse> = parseJson(response);
  if (rest.status !== 'ok') throw loginError(response, rest, credentials);
  // A box makes 64 hex characters; the published examples are shorter, and not hex.
  if (typeof api_key === 'string' && /^[a-z\d][\w.~+/=-]{7,1023}$/i.test(api_key)) {
    return { apiKey: api_key, privileges: parsePrivileges(privileges) };
  }
  throw notABox(response, "no valid 'api_key'");
}

function parsePrivileges(privileges: unknown = []): readonly string[] | undefined {
  const isName = (value: unknown) => typeof value === 'string' && /^[a-z\d_-]{1,64}$/.test(value);
  return Array.isArray(privileges) && privileges.every(isName) ? privileges : undefined;
}

function loginError(response: BoxResponse, me: Unchecked<MeResponse>, sent: Credentials): BoxError {
  const { clockAhead, url } = response;
  const { status, reason } = me;
  const { email, password, totp } = sent;
  const rejected = `${url.host} rejected the login of ${email}`;
  const wrongCode = `${url.host} rejected the two-factor code of ${email}`;
  const noCode = `${email} has two-factor authentication on, but 'totp-secret' is empty`;
  switch (status === 'invalid' ? reason : status) {
    case 'missing-totp-token':
      if (totp !== undefined) return headerDropped(url, 'X-Auth-Token');
      return new BoxError('Two-factor code required', noCode, { rejected: true });
    case REJECTED_CREDENTIALS: {
      const message = rejected + passwordHint(password);
      return new BoxError('Wrong email or password', message, { rejected: true });
    }
    case 'invalid-totp-token':
      return new BoxError('Two-factor code rejected', wrongCode, { codeRejected: true, clockAhead });
    case 'Authorization header invalid.':
      return headerDropped(url, 'Authorization');
  }
  if (status !== 'invalid') return notABox(response, "JSON with an unknown 'status'");
  const why = typeof reason === 'string' ? sanitize(reason).slice(0, 60) : 'no reason given';
  return new BoxError('Login rejected', `${rejected}: ${why}`, { rejected: true });
}

const NAME = /^(\$\W{0,2}[\w:. ]+[})]*|%\w+%|\{\{.*|<.*>|[*•.]+|\w+:\/\/.*|(env|secrets)\.\w+|[A-Z]+(_[A-Z\d]+)+)$/;
const HINTS: ReadonlyArray<readonly [password: RegExp, why: string]> = [
  [/^\s|\s$/, 'starts or ends with a space'],
  [/^["'`]|["'`]$/, 'starts or ends with a quote'],
  [/[\r\n]/, 'has several lines'],
  [NAME, 'looks like a placeholder or the name of a secret'],
];

/** What may be wrong with a rejected password, without showing it. */
export function passwordHint(password: string): string {
  const [, why] = HINTS.find(([pattern]) => pattern.test(password)) ?? [];
  return why === undefined ? '' : ` (the password ${why})`;
}

function headerDropped({ host }: URL, name: string): BoxError {
  const remedy = 'A proxy or login page in front of the box probably removed it. Let it pass.';
  const options = { remedy, rejected: true };
  return new BoxError('Blocked in front of the box', `${host} got no ${name} header`, options);
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
    // The cause would quote it.
    const isJson = /json/.test(headers['content-type'] ?? '');
    throw notABox(response, isJson ? "JSON that can't be read" : 'a page instead of JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw notABox(response, "JSON that isn't an object");
}

/** What can't be read may contain a key. */
const notABox = ({ url }: BoxResponse, what: string) =>
  new BoxError('Not a Mail-in-a-Box API', `${url.host} returned ${what}`, { responseLost: true });
