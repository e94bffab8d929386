import { randomBytes } from 'node:crypto';

/** How many keys live at once, and for how long after their last use. */
const MAX_SESSIONS = 64;
const LIFETIME_MS = 2 * 24 * 3600 * 1000;

interface Session {
  readonly email: string;
  /** Changes with the account's password and two-factor settings, which ends its sessions. */
  readonly state: string;
  readonly usedAt: number;
}

/** The session keys of the daemon, in its memory, the one used last at the end. */
export class Sessions {
  /** All keys that were ever given, for leak checks. */
  readonly granted: string[] = [];
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  create(email: string, state: string): string {
    const key = randomBytes(32).toString('hex');
    this.granted.push(key);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size === MAX_SESSIONS) this.#sessions.delete(oldest);
    this.#sessions.set(key, { email, state, usedAt: this.#now() });
    return key;
  }

  /** Whether the key works for this account in this state; looking does not use it. */
  lives(key: string, email: string, state: string): boolean {
    const session = this.#sessions.get(key);
    if (session === undefined) return false;
    if (session.usedAt + LIFETIME_MS <= this.#now()) {
      this.#sessions.delete(key);
      return false;
    }
    return session.email === email && session.state === state;
  }

  use(key: string): void {
    const session = this.#sessions.get(key);
    if (session === undefined) return;
    this.#sessions.delete(key);
    this.#sessions.set(key, { ...session, usedAt: this.#now() });
  }

  end(key: string): void {
    this.#sessions.delete(key);
  }

  clear(): void {
    this.#sessions.clear();
  }

  /** All keys that live, the one used longest ago first. */
  keys(): string[] {
    return [...this.#sessions.keys()];
  }
}
