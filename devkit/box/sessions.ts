import { randomBytes } from 'node:crypto';

/** How many keys are valid at once, and how long after their last use. */
export const MAX_SESSIONS = 64;
const LIFETIME_MS = 2 * 24 * 3600 * 1000;

export interface SessionEntry {
  readonly email: string;
  /** The account's password and two-factor secret. If they change, the key isn't valid anymore. */
  readonly state: string;
  readonly usedAt: number;
}

/** The sessions in the daemon's memory by key, oldest first. */
export class Sessions extends Map<string, SessionEntry> {
  /** All keys that were ever issued. */
  readonly issued: string[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  create(email: string, state: string): string {
    const key = randomBytes(32).toString('hex');
    this.issued.push(key);
    this.set(key, { email, state, usedAt: this.#now() });
    return key;
  }

  override get(key: string): SessionEntry | undefined {
    const session = super.get(key);
    return session && session.usedAt + LIFETIME_MS > this.#now() ? session : undefined;
  }

  /** Evicts the oldest of 64. Only then does a key that is already there become the newest; else it keeps its place. */
  override set(key: string, session: SessionEntry): this {
    const [oldest = ''] = this.keys();
    if (this.size === MAX_SESSIONS) this.delete(this.has(key) ? key : oldest);
    return super.set(key, session);
  }

  /** A key is valid for two days after its last use. */
  extend(key: string): void {
    const session = this.get(key);
    if (session) this.set(key, { ...session, usedAt: this.#now() });
  }
}

/** fail2ban's jail `miab-management`: 20 failed logins within 30 s ban an address for ten minutes. */
const MAX_FAILURES = 20;
const WITHIN_MS = 30_000;
const BAN_MS = 600_000;

export class Bans {
  readonly #failures = new Map<string, number[]>();
  readonly #bannedUntil = new Map<string, number>();

  countFailure(address: string, now: number): void {
    const recent = (this.#failures.get(address) ?? []).filter((time) => time > now - WITHIN_MS);
    this.#failures.set(address, [...recent, now]);
    if (recent.length + 1 >= MAX_FAILURES) this.ban(address, now);
  }

  ban(address: string, now: number): void {
    this.#bannedUntil.set(address, now + BAN_MS);
  }

  isBanned(address: string, now: number): boolean {
    return (this.#bannedUntil.get(address) ?? 0) > now;
  }
}
