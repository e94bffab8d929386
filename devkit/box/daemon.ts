import { flaskPage, json, type Reply, unauthorized } from './replies.ts';
import type { Account, DaemonRequest, Handler, Handlers } from './requests.ts';
import { Resources } from './resources.ts';
import { Sessions } from './sessions.ts';
import { accepts, secretsOf, userHandlers } from './users.ts';

export interface DaemonOptions {
  readonly accounts: readonly Account[];
  /** The zone that the box manages. */
  readonly zone: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called for each failed login that fail2ban counts. */
  readonly onFailedLogin: (address: string) => void;
}

/** Who sent a request, and the key if they used one. */
type Identity = { readonly account: Account; readonly key?: string };

/** The management daemon of a box, v75: accounts, sessions and the admin API, all in memory. */
export class Daemon {
  readonly sessions: Sessions;
  readonly resources: Resources;
  /** By email. A new password or two-factor secret revokes the account's keys. */
  readonly accounts: Map<string, Account>;
  /** By secret, the code that was accepted last. */
  readonly #lastCodes = new Map<string, string>();
  readonly #options: DaemonOptions;

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.sessions = new Sessions(options.now);
    this.resources = new Resources(options.zone);
    this.accounts = new Map(options.accounts.map((account) => [account.email, account]));
  }

  /** The keys that the daemon accepts, oldest first. */
  validKeys(): string[] {
    return [...this.sessions.keys()].filter((key) => {
      const { email = '', state } = this.sessions.get(key) ?? {};
      const account = this.accounts.get(email);
      return account !== undefined && stateOf(account) === state;
    });
  }

  handle(request: DaemonRequest): Reply {
    const login = () => this.#login(request);
    const logout = () => this.#logout(request);
    if (request.path === '/login') return route(request, { POST: login }, login);
    if (request.path === '/logout') return route(request, { POST: logout }, logout);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
    const form = new URLSearchParams(isForm ? request.body : '');
    const POST = userHandlers(form, this.accounts, this.#options.now())[request.path];
    const handlers = POST ? { POST } : this.resources.handlersFor(request, form);
    return route(request, handlers, (handler) => this.#authorize(request, handler));
  }

  #login(request: DaemonRequest): Reply {
    const identity = this.#authenticate(request, { acceptKeys: false });
    if (typeof identity !== 'string') {
      const { email, privileges } = identity.account;
      const api_key = this.sessions.create(email, stateOf(identity.account));
      return json({ status: 'ok', email, privileges, api_key });
    }
    if (identity === 'missing-totp-token') return json({ status: identity, reason: identity });
    this.#options.onFailedLogin(request.address);
    return json({ status: 'invalid', reason: identity });
  }

  #logout(request: DaemonRequest): Reply {
    const identity = this.#authenticate(request);
    if (typeof identity !== 'string' && identity.key) this.sessions.delete(identity.key);
    return json({ status: 'ok' });
  }

  /** Administrators only, by key or by password. */
  #authorize(request: DaemonRequest, handler: Handler): Reply {
    const { headers, address } = request;
    const identity = this.#authenticate(request);
    const failed = typeof identity === 'string';
    if (!failed && identity.key) this.sessions.extend(identity.key);
    if (!failed && identity.account.privileges.includes('admin')) return handler(identity.account);
    if (failed && headers['authorization'] !== undefined) this.#options.onFailedLogin(address);
    const reason = failed ? identity : 'You are not an administrator.';
    return unauthorized(reason, headers['accept'] ?? '');
  }

  /** Who sent a request, or the reason for rejecting it. */
  #authenticate({ headers }: DaemonRequest, { acceptKeys = true } = {}): Identity | string {
    const credentials = parseBasic(headers['authorization'] ?? '');
    if (typeof credentials === 'string') return credentials;
    const { email, secret } = credentials;
    const account = this.accounts.get(email);
    const session = this.sessions.get(secret);
    if (session?.email === email) {
      if (account === undefined) return `That's not a user (${email}).`;
      if (acceptKeys && session.state === stateOf(account)) return { account, key: secret };
    }
    if (secret.trim() === '') return 'Enter a password.';
    if (account?.password !== secret) return 'Incorrect email address or password.';
    return this.#checkCode(account, headers['x-auth-token']) ?? { account };
  }

  /** Accepts the codes of the previous, current and next step, except the one that was accepted last. */
  #checkCode(account: Account, token = ''): string | undefined {
    const secrets = secretsOf(account);
    if (secrets.length === 0) return undefined;
    if (token === '') return 'missing-totp-token';
    const now = this.#options.now();
    const accepting = secrets.find((secret) => accepts(secret, token, now) && token !== this.#lastCodes.get(secret));
    if (accepting === undefined) return 'invalid-totp-token';
    this.#lastCodes.set(accepting, token);
    return undefined;
  }
}

/** Flask's routing: HEAD comes with GET. */
function route({ method }: DaemonRequest, handlers: Handlers | undefined, call: (handler: Handler) => Reply): Reply {
  if (handlers === undefined) return flaskPage(404);
  const handler = handlers[method === 'HEAD' ? 'GET' : method];
  return handler === undefined ? flaskPage(405) : call(handler);
}

function stateOf(account: Account): string {
  return [account.password, ...secretsOf(account)].join('\n');
}

/** Basic credentials as the daemon reads them: ASCII only, split at the first colon. Or the reason why it can't. */
function parseBasic(header: string): { readonly email: string; readonly secret: string } | string {
  const [, encoded = ''] = /^Basic\s+(.+)$/.exec(header) ?? [];
  const base64 = encoded.replace(/[^a-z\d+/=]/gi, '');
  if (base64.length % 4 !== 0) return 'Incorrect padding';
  const bytes = Buffer.from(base64, 'base64');
  const position = bytes.findIndex((byte) => byte > 0x7f);
  if (position >= 0) {
    return `'ascii' codec can't decode byte 0x${bytes[position]?.toString(16)} in position ${position}: ordinal not in range(128)`;
  }
  const [email = '', ...rest] = bytes.toString('latin1').split(':');
  if (email === '' || rest.length === 0) return 'Authorization header invalid.';
  return { email, secret: rest.join(':') };
}
