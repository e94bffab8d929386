// The package's own build for Node: 10 KB, not 33.
import { Secret, TOTP } from 'otpauth/dist/otpauth.node.min.mjs';
import type { Clock } from './context.ts';
import { type BoxError, fail, failOnMatch } from './errors.ts';

/** Milliseconds of one TOTP step (RFC 6238). */
const STEP_MS = 30_000;
/** Seconds over which jobs that were rejected together spread their second and their fourth attempt. */
const SPREAD = 10;
const LATE_SPREAD = 20;

/** The Base32 secret of a two-factor setup, in capitals without spaces, as the control panel or a password manager shows
 * it, or from the `otpauth://` URI of its QR code. @throws InvalidValueError; never with a part of the value */
export function parseTotpSecret(given: string): string {
  const text = given.replace(/[\s\u200b-\u200d\u2010-\u2015\u2060\ufeff"'`-]/g, '').replaceAll('&amp;', '&');
  if (/^\d{6}$/.test(text)) fail('is a six-digit code. Set it to the secret behind the codes');
  const plain = text.includes('://') ? secretOfUri(text) : text.replace(/^\w*(key|otp|secret)[:=](?=\w)|&.*$/gi, '');
  const base32 = plain.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  if (!/^[A-Z2-7]+$/.test(base32)) fail('is not Base32 (A-Z and 2-7)');
  return base32.length < 16 ? fail("is too short: a box's secret has 32 characters") : base32;
}

function secretOfUri(uri: string): string {
  const { protocol, host, searchParams: query } = URL.parse(uri) ?? fail('is not an otpauth:// URI');
  if (!/otpauth:$/.test(protocol)) fail('is not an otpauth:// URI');
  const algorithm = query.get('algorithm') || 'SHA1';
  failOnMatch(`${host} ${query.get('digits') || 6} ${query.get('period') || 30} ${algorithm}`.toUpperCase(), [
    [/^HOTP /, 'is for HOTP; a box uses TOTP'],
    [/^(?!TOTP )/, 'is not an otpauth:// URI of a box'],
    [/^\S* (?!6 )/, "is for codes of another length; a box's have six digits"],
    [/^\S* \S* (?!30 )/, "is for codes of another period; a box's change every 30 s"],
    [/ (?!(HMAC)?SHA1$)\S*$/, 'is for another algorithm; a box uses SHA-1'],
  ]);
  return query.get('secret') ?? fail('has no secret');
}

/** The codes to sign in with, in the order to send them. A box accepts the code of the previous, current and next step,
 * but not the one that it accepted last. So of several jobs that start together with one secret, all but one are
 * rejected, and each success makes another code invalid. Two attempts in quick succession with different codes succeed,
 * unless another job signs in between them. Hence: the current code, a random wait, two attempts at once, and the same
 * again in the next 30 s. docs/how-it-works.md has the results of a simulation. */
export class TotpCodes {
  readonly #secret: string;
  readonly #clock: Clock;
  #rejections = 0;
  #calmAt = 0;
  #sentStep: number | undefined;
  #rejectedStep: number | undefined;
  #boxAhead = 0;

  constructor(secret: string, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  /** The code to send now, which counts as sent. */
  takeNext(): string {
    const current = Math.floor((this.#clock.now() + this.#boxAhead) / STEP_MS);
    const steps = [current - 1, current, current + 1].filter((step) => step !== this.#rejectedStep);
    const random = steps[Math.floor(Math.random() * steps.length)] ?? current;
    this.#sentStep = this.#rejectedStep === undefined ? current : random;
    const timestamp = this.#sentStep * STEP_MS;
    return TOTP.generate({ secret: Secret.fromBase32(this.#secret), timestamp });
  }

  /** Records that the code was rejected, if that is the error. 20 rejections within 30 s get an address banned: hence
   * five codes, three of them within 30 s. @returns seconds to wait before the next code; undefined if there is none */
  recordRejection({ traits }: BoxError): number | undefined {
    if (!traits.codeRejected) return undefined;
    this.#boxAhead = traits.clockAhead ?? 0;
    this.#rejectedStep = this.#sentStep;
    const now = this.#clock.now();
    this.#rejections += 1;
    switch (this.#rejections) {
      case 1:
        this.#calmAt = now + STEP_MS;
        return Math.random() * SPREAD;
      case 2:
      case 4:
        return 0;
      case 3:
        return Math.max(0, this.#calmAt - now) / 1000 + SPREAD + Math.random() * LATE_SPREAD;
      default:
        return undefined;
    }
  }
}
