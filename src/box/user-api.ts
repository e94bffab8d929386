import type { Log } from './context.ts';
import { type BoxResponse, send } from './http.ts';
import type { LogoutResponse } from './responses.ts';
import { parseKey, parseLogout, parseValidity } from './responses.ts';
import { addSecret, basicCredentials } from './untrusted.ts';

export interface UserApiOptions {
  /** Base URL of the admin API, without a trailing slash: `https://box.example.com/admin`. */
  readonly url: string;
  readonly userAgent: string;
  /** PEM of the certificates to trust instead of the public CAs. */
  readonly ca?: string | undefined;
  readonly log: Log;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** The current six digits, for an account with two-factor authentication. */
  readonly totp?: string | undefined;
}

/** A session key, and the account that it belongs to. */
export interface Session {
  readonly email: string;
  readonly apiKey: string;
}

/** A new key, and the response that it came in, of which nothing else was checked. */
export interface Login {
  readonly apiKey: string;
  readonly response: BoxResponse;
}

/**
 * The User API of a Mail-in-a-Box, as published in `api/mailinabox.yml` of mail-in-a-box/mailinabox. Each call is one
 * request, which the signal ends. All throw BoxError.
 */
export class UserApi {
  readonly #options: UserApiOptions;

  constructor(options: UserApiOptions) {
    this.#options = options;
  }

  /** `POST /login`: exchanges email and password for a session key. */
  async login(credentials: Credentials, signal: AbortSignal): Promise<Login> {
    const { email, password, totp } = credentials;
    const headers = totp === undefined ? {} : { 'X-Auth-Token': totp };
    const response = await this.#send('POST', '/login', [email, password], signal, headers);
    return { apiKey: parseKey(response, credentials), response };
  }

  /** `POST /logout`: revokes a session key. A box returns `ok` in any case. */
  async logout({ email, apiKey }: Session, signal: AbortSignal): Promise<LogoutResponse> {
    return parseLogout(await this.#send('POST', '/logout', [email, apiKey], signal));
  }

  /** Whether a key is valid. If it isn't, the box counts this as a failed login. */
  async isKeyValid({ email, apiKey }: Session, signal: AbortSignal): Promise<boolean> {
    const response = await this.#send('GET', '/system/privacy', [email, apiKey], signal);
    return parseValidity(response);
  }

  async #send(
    method: 'GET' | 'POST',
    path: string,
    [email, secret]: readonly [string, string],
    signal: AbortSignal,
    more: Readonly<Record<string, string>> = {},
  ): Promise<BoxResponse> {
    const { url, userAgent, ca, log } = this.#options;
    const basic = basicCredentials(email, secret);
    addSecret(secret);
    addSecret(basic);
    const always = { Accept: 'application/json', 'User-Agent': userAgent };
    const headers = { ...always, Authorization: `Basic ${basic}`, ...more };
    const started = Date.now();
    let outcome = 'failed';
    try {
      const response = await send({ method, url: new URL(url + path), headers, ca, signal });
      outcome = String(response.status);
      return response;
    } finally {
      log.debug(`${method} ${url}${path}: ${outcome} in ${Date.now() - started} ms`);
    }
  }
}
