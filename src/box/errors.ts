import { types } from 'node:util';
import { sanitize } from './sanitize.ts';

export const PANEL_HOST = "Set 'host' to the host name in your control panel's URL.";
const EXPIRES = 'It expires two days after its last use.';

/** The titles of all errors, each with its usual fix. docs/troubleshooting.md has a section for each. */
export const REMEDIES = {
  'Invalid input': "Correct the input under 'with:', or the secret or variable that it comes from.",
  'Wrong email or password': `Sign in to the control panel with the same values (case-sensitive), then save both. Not retried, to avoid a ban.`,
  'Login rejected': 'Sign in to the control panel with the same values to see if they work there.',
  'Two-factor code required': `Set 'totp-secret' to the secret from the account's two-factor setup, or use an account without two-factor.`,
  'Two-factor code rejected': `'totp-secret' is probably from an earlier setup or another account. Disable two-factor, set it up again, and save the new secret.`,
  'Missing privilege': `The key gets revoked. Make the account an administrator (Mail & Users > Users), or use another one.`,
  'Certificate not trusted': 'Get a new one (System > TLS (SSL) Certificates).',
  'TLS failed': "No credentials were sent. Check the port in 'host'.",
  'Host not found': PANEL_HOST,
  'Box unreachable': `It's down, behind a firewall, or has banned this runner for 10 minutes. Check the box, then re-run the job.`,
  'Box busy': `It handles one request at a time, and updates take minutes. Re-run the job later, or raise 'timeout'.`,
  'Box error': 'Look for the error in /var/log/syslog on the box.',
  'Not a Mail-in-a-Box API': `Probably a website or login page, not the control panel. ${PANEL_HOST}`,
  'Blocked in front of the box': `An access list, firewall or login page in front of the box probably blocked the request. Let this runner through to /admin.`,
  'Unexpected redirect': `Not followed: credentials only go to 'host'. Check 'host', and exempt /admin from any login page in front of the box.`,
  Cancelled: 'Nothing to fix.',
  'Sign-out failed': `${EXPIRES} To revoke it now, change the account's password.`,
  'Key still valid': `${EXPIRES} Check that 'host' is the box itself, and change the account's password to revoke it.`,
  'Sign-out not verified': 'If the key is still valid, it expires two days after its last use.',
  'Proxy unreachable': `Check https_proxy and no_proxy, that the proxy is up, and that the runner trusts its certificate (NODE_EXTRA_CA_CERTS).`,
  'Proxy rejected': 'Check that the proxy can and may connect to this host, or add the host to no_proxy.',
  'Invalid proxy setting': `Set it to http://host:port, without quotes. Percent-encode special characters in the user name and password: '#' is '%23'.`,
  'Runner files not writable': 'Free disk space, or make the work directory writable.',
  'Saved session unreadable': `Check that no step sets STATE_ variables. The key may still be valid. ${EXPIRES}`,
  'Unsupported Node': 'Use a runner or image with Node 24.',
  'Unexpected error': 'Re-run the job with debug logging, and report it.',
} as const satisfies Record<string, string>;

export type Title = keyof typeof REMEDIES;

export interface ErrorOptions {
  /** The error below this one, which debug logging shows. */
  readonly cause?: unknown;
  /** The likely cause and the fix, in whole sentences. Default: the usual one for the title. */
  readonly remedy?: string | undefined;
  /** Another attempt may succeed. */
  readonly transient?: boolean;
  /** Another attempt may succeed, and does no harm if the request is a logout. */
  readonly repeatable?: boolean;
  /** The name of the box or the proxy doesn't exist, at least for now. */
  readonly nameNotFound?: boolean;
  /** `Retry-After`, in seconds. */
  readonly retryAfter?: number | undefined;
  readonly timedOut?: boolean;
  /** The box may have issued a key in a response that didn't arrive or can't be read. */
  readonly responseLost?: boolean;
  readonly codeRejected?: boolean;
  /** Milliseconds that the server's clock is ahead of this one. */
  readonly clockAhead?: number;
  /** The box rejected the login, so it issued no key. */
  readonly rejected?: boolean;
  /** The signal that cancelled the step, by which the process ends. */
  readonly signal?: string;
}

/** What code decides by. All are false or undefined by default. */
export type Traits = Omit<ErrorOptions, 'cause' | 'remedy'>;

/** Rejects a misspelled option also in a variable, which TypeScript alone would accept. */
type Exactly<Given> = Given & { readonly [Key in keyof Given]: Key extends keyof ErrorOptions ? Given[Key] : never };

/** An expected failure. Untrusted text in it went through `sanitize`. */
export class BoxError<Given extends ErrorOptions = ErrorOptions> extends Error {
  readonly title: Title;
  readonly remedy: string;
  readonly traits: Traits;

  /** @param message what happened, without the final period */
  constructor(title: Title, message: string, options?: Exactly<Given>) {
    const { cause, remedy = REMEDIES[title], ...traits }: ErrorOptions = options ?? {};
    super(message, { cause });
    this.title = title;
    this.remedy = remedy;
    this.traits = traits;
  }

  /** The same error with other options or another message. */
  with<Changes extends ErrorOptions>(changes: Exactly<Changes>, message = this.message): BoxError {
    const { title, cause, remedy, traits } = this;
    return new BoxError<ErrorOptions>(title, message, { cause, remedy, ...traits, ...changes });
  }
}

/** An error that nobody foresaw, as a BoxError. @param fate of the key, in whole sentences */
export function asBoxError(cause: unknown, fate = ''): BoxError {
  if (cause instanceof BoxError) return cause;
  const message = sanitize(types.isNativeError(cause) ? cause.message : String(cause));
  return new BoxError('Unexpected error', message, { cause, remedy: `${REMEDIES['Unexpected error']} ${fate}`.trim() });
}

/** If a response was lost that may have contained a key. */
export const KEY_LOST = 'If the box issued a key, nobody has it. It expires in two days.';

/** @param fate of the key, in whole sentences @param signal by which the runner cancelled the step */
export function cancelled(fate: string, signal: string): BoxError {
  const message = "The job was cancelled, or the step's timeout ran out, before the sign-in was complete";
  return new BoxError('Cancelled', message, { remedy: `Nothing to fix. ${fate}`, signal });
}

/** A value that can't be right. The message continues the name of the input: `has no host name`. */
export class InvalidValueError extends Error {}
/** A value that is empty, or partly so, probably because a secret or variable doesn't exist. */
export class EmptyValueError extends InvalidValueError {}

/** @throws InvalidValueError */
export function fail(why: string): never {
  throw new InvalidValueError(why);
}

/** @throws InvalidValueError with what is wrong with a value: the first of these patterns that matches */
export function failOnMatch(value: string, faults: ReadonlyArray<readonly [RegExp, why: string]>): void {
  for (const [pattern, why] of faults) if (pattern.test(value)) fail(why);
}
