/**
 * Everything that this client throws on purpose. Each error tells a person what happened and why it probably
 * did (`message`) and what to do (`remedy`), under a `title` of a few words. Whoever builds one passes foreign
 * text through `quote` first.
 */
export abstract class ExplainedError extends Error {
  abstract readonly title: string;
  readonly remedy: string;
  /** Whether the box may have granted a key in an answer that did not arrive, or could not be read. */
  readonly answerLost: boolean;

  constructor(message: string, remedy: string, answerLost = false) {
    super(message);
    this.remedy = remedy;
    this.answerLost = answerLost;
  }
}

/** A value that cannot be right. The message goes on from the value's name: `has a colon`. */
export class InvalidValueError extends Error {}

// What passes by itself, perhaps

/** A failure that another attempt may overcome. */
export abstract class TransientError extends ExplainedError {
  /** Seconds that the box asked to wait for. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    remedy: string,
    { answerLost, retryAfter }: { answerLost: boolean; retryAfter?: number | undefined },
  ) {
    super(message, remedy, answerLost);
    this.retryAfter = retryAfter;
  }
}

export class ConnectionError extends TransientError {
  readonly title = 'Box not reached';

  constructor(host: string, why: string, answerLost: boolean) {
    super(
      `Cannot get an answer from ${host}: ${why}.`,
      'Check that the box is up and reachable from this runner, and not banning its address after failed logins ' +
        '(fail2ban), then run the job again.',
      { answerLost },
    );
  }
}

export class ProxyError extends TransientError {
  readonly title = 'Proxy failed';

  constructor(proxy: string, host: string, why: string) {
    super(
      `The proxy ${proxy} did not connect to ${host}: ${why}.`,
      "Check the variables 'https_proxy' and 'no_proxy' of this runner, the proxy itself, and that it lets this host through.",
      { answerLost: false },
    );
  }
}

export class BusyError extends TransientError {
  readonly title = 'Box busy';

  constructor(host: string, status: number, retryAfter: number | undefined) {
    super(
      `${host} is busy or restarting: it answered with HTTP ${status}. The box works on one request at a time, and a ` +
        'status check or update can take minutes.',
      "Run the job again in some minutes, or give it more time with 'timeout'.",
      // nginx gave up with 504, but the login still stands in the daemon's queue.
      { answerLost: status === 504, retryAfter },
    );
  }
}

/** The last of several failed attempts, with all of them counted. */
export class GaveUpError extends ExplainedError {
  readonly title: string;

  constructor(last: ExplainedError, attempts: number, seconds: number, why: string) {
    const times =
      attempts === 1 ? 'Tried once' : `Tried ${attempts} times in ${Math.round(seconds)} s`;
    super(`${last.message} ${times}; ${why}.`, last.remedy, last.answerLost);
    this.title = last.title;
  }
}

export class StoppedError extends ExplainedError {
  readonly title = 'Cancelled';

  constructor() {
    super(
      'Cancelled before the box had given its answer, or before the answer was used.',
      'Nothing is wrong; run it again when you want its result.',
    );
  }
}

// What does not pass by itself

export class HostUnknownError extends ExplainedError {
  readonly title = 'Host unknown';

  constructor(host: string) {
    super(
      `There is no address for ${host}: its name is not in the DNS that this runner asks.`,
      "Check the input 'host' (its default is box. and the domain of the email) and the DNS of the box.",
    );
  }
}

export class ProxyRefusedError extends ExplainedError {
  readonly title = 'Proxy refused';

  constructor(proxy: string, host: string, why: string) {
    super(
      `The proxy ${proxy} did not connect to ${host}: ${why}.`,
      why.includes('407')
        ? "Check the user and password in the variable 'https_proxy' of this runner."
        : "Check the variables 'https_proxy' and 'no_proxy' of this runner, and that the proxy lets this host through.",
    );
  }
}

export class ProxySettingError extends ExplainedError {
  readonly title = 'Proxy setting not understood';

  constructor(variable: string) {
    super(
      `The variable '${variable}' of this runner is not the URL of a proxy.`,
      'Set it to http://host:port or https://host:port, with user:password@ before the host where needed, or unset it.',
    );
  }
}

export class CertificateError extends ExplainedError {
  readonly title = 'Certificate not trusted';

  constructor(host: string, why: string, remedy: string) {
    super(`Cannot verify the certificate of ${host}: ${why}. No credentials were sent.`, remedy);
  }
}

export class TlsError extends ExplainedError {
  readonly title = 'No secure connection';

  constructor(host: string, why: string) {
    super(
      `Cannot make a secure connection to ${host}: ${why}. No credentials were sent.`,
      "Check the host and port in the input 'host'; the box serves its API over HTTPS, with TLS 1.2 or newer, on port 443.",
    );
  }
}

export class RedirectError extends ExplainedError {
  readonly title = 'Redirected';

  constructor(host: string, status: number, target: string) {
    super(
      `${host} answered with HTTP ${status}, a redirect to ${target}. Credentials go to one place only, so it was not followed.`,
      "If the box has moved there, give its new address as the input 'host'.",
    );
  }
}

export class StatusError extends ExplainedError {
  readonly title = 'Not the API of a box';

  constructor(url: string, status: number) {
    super(
      `${url} answered with HTTP ${status}, and a box does not do that to this request.`,
      status >= 500
        ? 'Look into the log of the box (System > System status, /var/log/syslog).'
        : "Check the path in the input 'host'; the API of a box is at https://HOST/admin.",
      // The daemon may have failed after it had done its work.
      status >= 500,
    );
  }
}

export class AnswerError extends ExplainedError {
  readonly title = 'Answer not understood';

  /** @param came what came in place of what the API publishes, as the end of a sentence */
  constructor(url: string, came: string) {
    super(
      `${url} answered, but not as a Mail-in-a-Box does: ${came}.`,
      "Check that the input 'host' names the box itself, and no other server in front of it.",
      true,
    );
  }
}

// What the box decided

export class PasswordRefusedError extends ExplainedError {
  readonly title = 'Password refused';

  constructor(email: string, host: string) {
    super(
      `${host} refused the email and password of ${email}: one of them is wrong, or there is no such account.`,
      "Check the inputs 'email' (case matters) and 'password' by signing in to the control panel with them. " +
        'This was not tried again: the box bans addresses after 20 failed logins.',
    );
  }
}

export class TotpMissingError extends ExplainedError {
  readonly title = 'Two-factor code missing';

  constructor(email: string, host: string) {
    super(
      `${host} wants a two-factor code for ${email}: the account has two-factor authentication.`,
      "Give the secret of its set-up as the input 'totp-secret', or use an account of its own for CI.",
    );
  }
}

export class TotpRefusedError extends ExplainedError {
  readonly title = 'Two-factor code refused';
  /** Milliseconds that the clock of the box is ahead of this one, from its `Date` header. */
  readonly boxAhead: number;

  constructor(host: string, boxAhead: number) {
    super(
      `${host} refused the two-factor code. Either the secret is not the account's, or the code was used a moment ago, ` +
        `or the clocks are apart: that of the box is ${apart(boxAhead)} this one.`,
      "Check the input 'totp-secret' against the account's set-up (disable and enable two-factor to get a new one), " +
        'the clocks, and that no more than six jobs at once use one secret.',
    );
    this.boxAhead = boxAhead;
  }
}

function apart(boxAhead: number): string {
  const seconds = Math.round(boxAhead / 1000);
  return seconds < 0 ? `${-seconds} s behind` : `${seconds} s ahead of`;
}

export class LoginRefusedError extends ExplainedError {
  readonly title = 'Login refused';

  constructor(host: string, reason: string) {
    super(
      `${host} refused the login: ${reason}`,
      "Check the inputs 'email' and 'password' by signing in to the control panel with them.",
    );
  }
}

// What signing out can end in

/** What ends a key that could not be ended here. */
export const WHAT_ENDS_A_KEY =
  "Changing the account's password or two-factor settings ends the key, and so does restarting the management daemon " +
  'of the box; by itself it ends two days after its last use.';

export class NotEndedError extends ExplainedError {
  readonly title = 'Key not ended';

  constructor(cause: ExplainedError) {
    super(
      `Could not sign out, so the session key may still work. ${cause.message}`,
      WHAT_ENDS_A_KEY,
    );
  }
}

export class KeyAliveError extends ExplainedError {
  readonly title = 'Key still works';

  constructor(host: string) {
    super(`${host} said that it ended the session, but the key still works.`, WHAT_ENDS_A_KEY);
  }
}

export class ProofError extends ExplainedError {
  readonly title = 'Sign-out not proven';

  constructor(cause: ExplainedError) {
    super(
      `Signed out, but cannot show that the key is refused. ${cause.message}`,
      `${cause.remedy} ${WHAT_ENDS_A_KEY}`,
    );
  }
}
