import type { Credentials } from './credentials.ts';
import { AnswerError, BusyError, RedirectError, StatusError } from './errors.ts';
import { hostOf } from './host.ts';
import type { Log } from './log.ts';
import { type LogoutResponse, readLogoutResponse } from './logout-response.ts';
import { type Grant, readMeResponse } from './me-response.ts';
import { quote } from './quote.ts';
import { retryAfterSeconds } from './retry-after.ts';
import { type Answer, send } from './transport.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
const BUSY = [429, 502, 503, 504];

export interface UserApiOptions {
  /** Base URL of the admin API, without a trailing slash: `https://box.example.com/admin`. */
  readonly url: string;
  readonly userAgent: string;
  /** PEM of the certificates to trust in place of the public CAs. */
  readonly ca?: string | undefined;
  readonly log: Log;
}

export interface CallOptions {
  /** Ends the call. */
  readonly signal: AbortSignal;
}

/**
 * The User API of a Mail-in-a-Box, as published in `api/mailinabox.yml` of mail-in-a-box/mailinabox. Each call
 * is one request; it throws the errors of `errors.ts` and never a secret.
 */
export class UserApi {
  readonly #options: UserApiOptions;

  constructor(options: UserApiOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  /**
   * `POST /login`: exchanges email and password for a session key.
   *
   * @param totp the six digits of the moment, for an account with two-factor authentication
   */
  async login(
    email: string,
    password: string,
    { signal, totp }: CallOptions & { readonly totp?: string | undefined },
  ): Promise<Grant> {
    const headers = totp === undefined ? {} : { 'X-Auth-Token': totp };
    const credentials = { email, secret: password };
    const answer = await this.#send('POST', '/login', credentials, { headers, signal });
    try {
      return readMeResponse(answer, email);
    } catch (error) {
      // Another status than 200 says more than the body; a key that comes with it is given all the same, to be ended.
      this.#expectOk(answer);
      throw error;
    }
  }

  /** `POST /logout`: ends a session key. A box answers `ok` in any case. */
  async logout(email: string, apiKey: string, { signal }: CallOptions): Promise<LogoutResponse> {
    const answer = await this.#send('POST', '/logout', { email, secret: apiKey }, { signal });
    return readLogoutResponse(this.#expectOk(answer));
  }

  /**
   * Whether a session key works, by the cheapest of the endpoints that need one. A key that does not counts as
   * a failed login there.
   *
   * @throws StatusError and others where the answer shows neither
   */
  async keyWorks(email: string, apiKey: string, { signal }: CallOptions): Promise<boolean> {
    const credentials = { email, secret: apiKey };
    const answer = await this.#send('GET', '/system/privacy', credentials, { signal });
    if (answer.status === 401) {
      const reason = answer.headers['x-reason'];
      if (reason === 'Incorrect email address or password.') return false;
      if (reason === 'You are not an administrator.') return true;
    }
    const { url, body } = this.#expectOk(answer);
    // A live key gets the box's own setting; whatever else comes with 200 is no box, and shows nothing.
    if (/^(true|false)\s*$/.test(Buffer.from(body).toString())) return true;
    throw new AnswerError(url, 'it sent neither true nor false');
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    credentials: Credentials,
    { headers = {}, signal }: CallOptions & { readonly headers?: Record<string, string> },
  ): Promise<Answer> {
    const { url, userAgent, ca, log } = this.#options;
    const started = process.uptime();
    const told = (outcome: string) =>
      log.debug(
        `${method} ${url}${path}: ${outcome}, ${Math.round((process.uptime() - started) * 1000)} ms`,
      );
    try {
      const answer = await send({
        method,
        url: url + path,
        userAgent,
        ca,
        credentials,
        headers: { Accept: 'application/json', ...headers },
        signal,
      });
      told(`HTTP ${answer.status}`);
      return answer;
    } catch (error) {
      told(error instanceof Error ? error.constructor.name : 'failed');
      throw error;
    }
  }

  #expectOk(answer: Answer): Answer {
    const { url, status, headers } = answer;
    if (status === 200) return answer;
    const host = hostOf(url);
    if (REDIRECTS.includes(status)) {
      throw new RedirectError(host, status, quote(headers.location ?? 'nowhere'));
    }
    if (BUSY.includes(status)) {
      const now = answer.date ?? answer.arrived;
      throw new BusyError(host, status, retryAfterSeconds(headers['retry-after'], now));
    }
    throw new StatusError(url, status);
  }
}
