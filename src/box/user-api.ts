import type { Attempt, Log } from './context.ts';
import { send } from './http.ts';
import type { Credentials, Login, LogoutResponse } from './responses.ts';
import { parseLogin, parseLogout, parseValidity } from './responses.ts';
import { basicCredentials } from './secrets.ts';

export interface UserApiOptions {
  /** Base URL of the admin API, without a trailing slash: `https://box.example.com/admin`. */
  readonly url: string;
  readonly userAgent: string;
  /** PEM of the certificates to trust instead of the public CAs. */
  readonly ca?: string | undefined;
  readonly log: Log;
}

/** A session key, and the account that it belongs to. */
export interface Session {
  readonly email: string;
  readonly apiKey: string;
}

/** The User API of a Mail-in-a-Box, as published in `api/mailinabox.yml` of mail-in-a-box/mailinabox. Each call is one
 * request, one attempt. All throw BoxError. */
export class UserApi {
  readonly #options: UserApiOptions;

  constructor(options: UserApiOptions) {
    this.#options = options;
  }

  /** `POST /login`: exchanges email and password for a session key. */
  async login(credentials: Credentials, attempt: Attempt): Promise<Login> {
    const { email, password, totp } = credentials;
    const code = totp === undefined ? {} : { 'X-Auth-Token': totp };
    const basic = basicCredentials(email, password);
    return parseLogin(await this.#send('POST', '/login', basic, attempt, code), credentials);
  }

  /** `POST /logout`: revokes a session key. A box returns `ok` in any case. */
  async logout({ email, apiKey }: Session, attempt: Attempt): Promise<LogoutResponse> {
    const basic = basicCredentials(email, apiKey);
    return parseLogout(await this.#send('POST', '/logout', basic, attempt));
  }

  /** Whether a key is valid. If it isn't, the box counts this as a failed login. */
  async isKeyValid({ email, apiKey }: Session, attempt: Attempt): Promise<boolean> {
    const basic = basicCredentials(email, apiKey);
    return parseValidity(await this.#send('GET', '/system/privacy', basic, attempt));
  }

  async #send(method: string, path: string, basic: string, attempt: Attempt, code = {}) {
    const { url, userAgent, ca, log } = this.#options;
    const common = { Accept: 'application/json', 'User-Agent': userAgent };
    const headers = { ...common, Authorization: `Basic ${basic}`, ...code };
    const response = await send({ method, url: new URL(url + path), headers, ca, attempt });
    log.debug(`${method} ${url}${path}: HTTP ${response.status}`);
    return response;
  }
}
