import type { Attempt, Log } from './context.ts';
import { send } from './http.ts';
import { type Credentials, type Login, parseLogin, parseLogout, parseValidity } from './responses.ts';
import { basicCredentials } from './secrets.ts';

/** `url` is the base URL of the admin API, without a trailing slash; `ca` what to trust instead of the public CAs, PEM. */
export type UserApiOptions = Readonly<{ url: string; userAgent: string; ca?: string | undefined; log: Log }>;

/** A session key, and the account that it belongs to. */
export type Session = Readonly<{ email: string; apiKey: string }>;

/** The User API as published in `api/mailinabox.yml` of mail-in-a-box/mailinabox. A call is one request. All throw BoxError. */
export class UserApi {
  readonly #options: UserApiOptions;

  constructor(options: UserApiOptions) {
    this.#options = options;
  }

  /** `POST /login`: exchanges email and password for a session key. */
  async login(credentials: Credentials, attempt: Attempt): Promise<Login> {
    const { email, password, totp } = credentials;
    const code = totp === undefined ? {} : { 'X-Auth-Token': totp };
    return parseLogin(await this.#send('POST', '/login', email, password, attempt, code), credentials);
  }

  /** `POST /logout`: revokes a session key. A box returns `ok` in any case. */
  async logout({ email, apiKey }: Session, attempt: Attempt) {
    return parseLogout(await this.#send('POST', '/logout', email, apiKey, attempt));
  }

  /** Whether a key is valid. If it isn't, the box counts this as a failed login. */
  async isKeyValid({ email, apiKey }: Session, attempt: Attempt): Promise<boolean> {
    return parseValidity(await this.#send('GET', '/system/privacy', email, apiKey, attempt));
  }

  async #send(method: string, path: string, email: string, secret: string, attempt: Attempt, code = {}) {
    const { url, userAgent, ca, log } = this.#options;
    const Authorization = `Basic ${basicCredentials(email, secret)}`;
    const headers = { Accept: 'application/json', 'User-Agent': userAgent, Authorization, ...code };
    const response = await send({ method, url: new URL(url + path), headers, ca, attempt });
    log.debug(`${method} ${url}${path}: HTTP ${response.status}`);
    return response;
  }
}
