import {
  AnswerError,
  LoginRefusedError,
  PasswordRefusedError,
  StatusError,
  TotpMissingError,
  TotpRefusedError,
} from './errors.ts';
import { hostOf } from './host.ts';
import { describe, quote } from './quote.ts';
import { type Answer, parseJson } from './transport.ts';

/**
 * What `POST /login` answers, as published. `missing-totp-token` is the one status beyond the published two
 * that a box is known to give.
 */
export interface MeResponse {
  readonly status: 'ok' | 'invalid' | 'missing-totp-token';
  readonly api_key?: string;
  readonly email?: string;
  readonly privileges?: readonly string[];
  readonly reason?: string;
}

/** The fields of an answer before anybody has looked at them. */
type Unchecked<T> = { readonly [Field in keyof T]?: unknown };

/** A login that gave a key. Nothing but the key has been checked yet; `checkMe` does the rest. */
export interface Grant {
  readonly api_key: string;
  /**
   * Whose it may be: the account that was sent, and another one where the box names it. A key ends under its own
   * account alone, and a box answers `ok` to all others.
   */
  readonly accounts: readonly string[];
  readonly me: Unchecked<MeResponse>;
  readonly answer: Answer;
}

/** Whose key it is. */
export interface Account {
  readonly email: string;
  readonly privileges: readonly string[];
}

/**
 * Reads an answer and insists only on a well-formed key, so that the key can be put in safety
 * before anything else fails.
 *
 * @throws PasswordRefusedError, TotpMissingError, TotpRefusedError, LoginRefusedError as the box decided;
 * AnswerError where it is no MeResponse
 */
export function readMeResponse(answer: Answer, email: string): Grant {
  const me: Unchecked<MeResponse> = parseJson(answer);
  const { api_key, status, reason } = me;
  if (isApiKey(api_key)) {
    const accounts = isEmail(me.email) && me.email !== email ? [email, me.email] : [email];
    return { api_key, accounts, me, answer };
  }
  if (status === 'ok') {
    throw new AnswerError(
      answer.url,
      "its status is 'ok', but its 'api_key' is missing or malformed",
    );
  }
  if (status !== 'invalid' && status !== 'missing-totp-token') {
    throw new AnswerError(answer.url, `its 'status' is ${describe(status)}`);
  }
  const host = hostOf(answer.url);
  if (status === 'missing-totp-token') throw new TotpMissingError(email, host);
  if (reason === 'invalid-totp-token') throw new TotpRefusedError(host, boxAhead(answer));
  if (reason === 'Incorrect email address or password.')
    throw new PasswordRefusedError(email, host);
  throw new LoginRefusedError(
    host,
    typeof reason === 'string' ? quote(reason) : 'it gave no reason.',
  );
}

/**
 * Checks all that came beside the key.
 *
 * @throws StatusError where it came with another status than 200; AnswerError where its own is not ok, the account is
 * another one, or a privilege is no plain name
 */
export function checkMe({ me, answer }: Grant, email: string): Account {
  const { url } = answer;
  const { status, email: named = email, privileges = [] } = me;
  if (answer.status !== 200) throw new StatusError(url, answer.status);
  if (status !== 'ok') {
    throw new AnswerError(url, `it gave a key, but its 'status' is ${describe(status)}`);
  }
  if (named !== email) {
    throw new AnswerError(
      url,
      `it gave a key for the account ${describe(named)}, not for ${email}`,
    );
  }
  if (!isPrivileges(privileges)) {
    throw new AnswerError(url, "its 'privileges' are not a list of plain names");
  }
  return { email, privileges };
}

/** The box's own keys are 64 hex characters; the published examples are not, so any that is safe to hand on will do. */
function isApiKey(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.~+/=-]{1,1024}$/.test(value);
}

/** One that Basic credentials can carry. */
function isEmail(value: unknown): value is string {
  return typeof value === 'string' && /^[!-9;-~]{1,320}$/.test(value);
}

function isPrivileges(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === 'string' && /^[a-z0-9_-]{1,64}$/.test(name))
  );
}

/** Milliseconds; `Date` counts whole seconds, so the middle of that second is the best guess. */
function boxAhead({ date, arrived }: Answer): number {
  return date === undefined ? 0 : date + 500 - arrived;
}
