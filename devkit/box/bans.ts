/** fail2ban's jail `miab-management`: so many failed logins within so long ban an address for ten minutes. */
const MAX_FAILURES = 20;
const WITHIN_MS = 30_000;
const BAN_MS = 600_000;

export class Bans {
  readonly #failures = new Map<string, number[]>();
  readonly #bannedUntil = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  failed(address: string): void {
    const now = this.#now();
    const recent = (this.#failures.get(address) ?? []).filter((time) => time > now - WITHIN_MS);
    recent.push(now);
    this.#failures.set(address, recent);
    if (recent.length >= MAX_FAILURES) this.ban(address);
  }

  ban(address: string): void {
    this.#bannedUntil.set(address, this.#now() + BAN_MS);
  }

  isBanned(address: string): boolean {
    return (this.#bannedUntil.get(address) ?? 0) > this.#now();
  }
}
