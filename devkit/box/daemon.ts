import { Secret, TOTP } from 'otpauth';
import { type Answer, json, methodNotAllowed, notFound, text } from './answers.ts';
import { BadRequest, CustomDns } from './dns.ts';
import { MailAliases } from './mail.ts';
import { Sessions } from './sessions.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
  /** `admin` or none. */
  readonly privileges: readonly string[];
  /** Base32; with it the account has two-factor authentication. */
  readonly totpSecret?: string | undefined;
}

export interface DaemonRequest {
  readonly method: string;
  /** As the daemon sees it, without `/admin`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  readonly address: string;
}

/** A login that fails, with the reason that the box gives. */
class LoginFailed extends Error {}

/** The management daemon of a box: accounts, sessions and the admin API, all in memory. */
export class Daemon {
  readonly sessions: Sessions;
  readonly dns: CustomDns;
  readonly aliases: MailAliases;
  /** What the status checks of the box find wrong. */
  readonly problems: string[] = [];
  readonly #accounts = new Map<string, Account>();
  /** By account, the code that was accepted last. */
  readonly #lastCodes = new Map<string, string>();
  readonly #now: () => number;
  readonly #onFailedLogin: (address: string) => void;
  #privacy = true;

  constructor(now: () => number, zone: string, onFailedLogin: (address: string) => void) {
    this.sessions = new Sessions(now);
    this.dns = new CustomDns(zone);
    this.aliases = new MailAliases(zone, (email) => this.#accounts.get(email)?.privileges);
    this.#now = now;
    this.#onFailedLogin = onFailedLogin;
  }

  /** Adds an account, or changes it, which ends its sessions where password or secret are others. */
  setAccount(account: Account): void {
    this.#accounts.set(account.email, account);
  }

  answer(request: DaemonRequest): Answer {
    const { method, path } = request;
    if (path === '/login')
      return method === 'POST' ? this.#login(request) : methodNotAllowed(['OPTIONS', 'POST']);
    if (path === '/logout')
      return method === 'POST' ? this.#logout(request) : methodNotAllowed(['OPTIONS', 'POST']);
    const view = this.#view(request);
    if (view === undefined) return notFound();
    if (!(method in view)) return methodNotAllowed(Object.keys(view));
    return this.#authorized(request, view[method] ?? notFound);
  }

  #login(request: DaemonRequest): Answer {
    try {
      const { account } = this.#authenticate(request, { keys: false });
      const { email, privileges } = account;
      return json({
        status: 'ok',
        email,
        privileges,
        api_key: this.sessions.create(email, stateOf(account)),
      });
    } catch (error) {
      if (!(error instanceof LoginFailed)) throw error;
      if (error.message === 'missing-totp-token') {
        return json({ status: 'missing-totp-token', reason: error.message });
      }
      this.#onFailedLogin(request.address);
      return json({ status: 'invalid', reason: error.message });
    }
  }

  #logout(request: DaemonRequest): Answer {
    try {
      const { key } = this.#authenticate(request, { keys: true });
      if (key !== undefined) this.sessions.end(key);
    } catch (error) {
      if (!(error instanceof LoginFailed)) throw error;
    }
    return json({ status: 'ok' });
  }

  /** For administrators alone, by key or by password. */
  #authorized(request: DaemonRequest, answer: () => Answer): Answer {
    let reason: string;
    try {
      const { account, key } = this.#authenticate(request, { keys: true });
      if (key !== undefined) this.sessions.use(key);
      if (account.privileges.includes('admin')) return answer();
      reason = 'You are not an administrator.';
    } catch (error) {
      if (!(error instanceof LoginFailed)) throw error;
      if (request.headers['authorization'] !== undefined) this.#onFailedLogin(request.address);
      reason = error.message;
    }
    return unauthorized(request, reason);
  }

  #view({ path, body, address: from }: DaemonRequest): Record<string, () => Answer> | undefined {
    if (path === '/system/privacy') {
      return {
        GET: () => json(this.#privacy),
        POST: () => {
          this.#privacy = new URLSearchParams(body).get('value') === 'private';
          return text('OK');
        },
      };
    }
    if (path === '/system/version') {
      // As Flask writes a dictionary by itself.
      const headers = { 'Content-Type': 'application/json' };
      return { GET: () => ({ status: 200, headers, body: '{"version":"v75"}\n' }) };
    }
    if (path === '/system/status') return { POST: () => json(this.#statusChecks()) };
    const form = new URLSearchParams(body);
    if (path === '/mail/aliases') return { GET: () => text(this.aliases.list()) };
    if (path === '/mail/aliases/add') return { POST: orBadRequest(() => this.aliases.add(form)) };
    if (path === '/mail/aliases/remove') {
      return { POST: orBadRequest(() => this.aliases.remove(form)) };
    }
    if (path === '/dns/custom') return { GET: () => json(this.dns.list()) };
    const [, qname, type = 'A'] = /^\/dns\/custom\/([^/]+)(?:\/([^/]+))?$/.exec(path) ?? [];
    if (qname === undefined) return undefined;
    const rtype = type.toUpperCase();
    const given = { qname, rtype, value: body.replaceAll(/[^\x00-\x7f]/g, '').trim() };
    // An address record without a value gets the address of who asks: dynamic DNS.
    const address = rtype === 'A' || rtype === 'AAAA' ? from : '';
    const change = (how: 'add' | 'set' | 'remove') =>
      orBadRequest(() => {
        const record = how === 'remove' ? given : { ...given, value: given.value || address };
        if (how !== 'remove' && record.value === '') {
          throw new BadRequest('No value for the record provided.');
        }
        return this.dns[how](record);
      });
    return {
      GET: () => json(this.dns.list(qname, rtype)),
      POST: change('add'),
      PUT: change('set'),
      DELETE: change('remove'),
    };
  }

  #statusChecks(): object[] {
    const item = (type: string, text: string) => ({ type, text, extra: [] });
    return [
      item('heading', 'System'),
      item('ok', 'All system services are running.'),
      ...this.problems.map((problem) => item('error', problem)),
    ];
  }

  /**
   * Whose credentials a request carries: a session key, where `keys` lets it, or a password with the code of an
   * account that has two-factor.
   *
   * @throws LoginFailed
   */
  #authenticate(
    { headers }: DaemonRequest,
    { keys }: { readonly keys: boolean },
  ): { readonly account: Account; readonly key?: string } {
    const { email, secret } = basicCredentials(headers['authorization'] ?? '');
    const account = this.#accounts.get(email);
    if (account !== undefined && keys && this.sessions.lives(secret, email, stateOf(account))) {
      return { account, key: secret };
    }
    if (secret.trim() === '') throw new LoginFailed('Enter a password.');
    if (account === undefined || account.password !== secret) {
      throw new LoginFailed('Incorrect email address or password.');
    }
    if (account.totpSecret !== undefined)
      this.#checkCode(account.totpSecret, email, headers['x-auth-token']);
    return { account };
  }

  #checkCode(secret: string, email: string, token = ''): void {
    if (token === '') throw new LoginFailed('missing-totp-token');
    const replayed = token === this.#lastCodes.get(email);
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    if (replayed || totp.validate({ token, timestamp: this.#now(), window: 1 }) === null) {
      throw new LoginFailed('invalid-totp-token');
    }
    this.#lastCodes.set(email, token);
  }
}

/** Answers with what the work gives, or with HTTP 400 and why it cannot be done. */
function orBadRequest(work: () => string): () => Answer {
  return () => {
    try {
      return text(work());
    } catch (error) {
      if (error instanceof BadRequest) return text(error.message, 400);
      throw error;
    }
  };
}

function stateOf({ password, totpSecret = '' }: Account): string {
  return `${password}\n${totpSecret}`;
}

function unauthorized({ headers }: DaemonRequest, reason: string): Answer {
  const forScript = headers['x-requested-with'] === 'XMLHttpRequest';
  const accept = headers['accept'] ?? '';
  const plain = accept === '' || accept === '*/*';
  return {
    status: forScript ? 403 : 401,
    headers: {
      'Content-Type': plain ? 'text/plain; charset=utf-8' : 'application/json',
      ...(forScript
        ? {}
        : {
            'WWW-Authenticate': 'Basic realm="Mail-in-a-Box Management Server"',
            'X-Reason': reason,
          }),
    },
    // Written on one line, other than all else of the API.
    body: plain ? `${reason}\n` : `{"status": "error", "reason": ${JSON.stringify(reason)}}\n`,
  };
}

/** Basic credentials as the daemon reads them: ASCII alone, split at the first colon. */
function basicCredentials(header: string): { readonly email: string; readonly secret: string } {
  const [, encoded] = /^Basic\s+(\S+)\s*$/.exec(header) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  const position = bytes.findIndex((byte) => byte > 0x7f);
  if (position >= 0) {
    const byte = bytes[position]?.toString(16);
    throw new LoginFailed(
      `'ascii' codec can't decode byte 0x${byte} in position ${position}: ordinal not in range(128)`,
    );
  }
  const text = bytes.toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 1) throw new LoginFailed('Authorization header invalid.');
  const [email, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  if (email.trim() === '' && secret.trim() === '') {
    throw new LoginFailed('No email address, password, session key, or API key provided.');
  }
  return { email, secret };
}
