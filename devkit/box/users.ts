import { Secret, TOTP } from 'otpauth';
import { json, text } from './replies.ts';
import type { Account, Handler } from './requests.ts';

const RESERVED = /^(abuse|admin|administrator|hostmaster|postmaster|webmaster)@/;
const REJECTED =
  'You may not make a user account for that address because it is frequently used for domain control validation. Use an alias instead if necessary.';

/** By path of a POST, what an administrator (the sender) does with accounts and two-factor authentication. */
export function userHandlers(form: URLSearchParams, accounts: Map<string, Account>, now: number) {
  const { email = '', password = '', privileges = '', ...mfa } = Object.fromEntries(form);
  const { user, secret, token, 'mfa-id': id } = mfa;
  const reject = (reason: string) => text(reason, 400);
  const account = accounts.get(email);
  const unknown = account ? undefined : reject(`That's not a user (${email}).`);
  const tooShort = password.length < 8 ? reject('Passwords must be at least eight characters.') : undefined;
  const handlers: Readonly<Record<string, Handler>> = {
    '/mail/users/add': () => {
      if (RESERVED.test(email)) return reject(REJECTED);
      if (tooShort) return tooShort;
      if (account) return reject('User already exists.');
      const [, domain] = email.split('@');
      const isNew = [...accounts.keys()].every((each) => !each.endsWith(`@${domain}`));
      accounts.set(email, { email, password, privileges: privileges.split(/\s+/).filter(Boolean) });
      return text(`mail user added\n${isNew ? `updated DNS: ${domain}\nweb updated\n` : ''}`);
    },
    '/mail/users/password': () => {
      if (account && !tooShort) accounts.set(email, { ...account, password });
      return tooShort ?? unknown ?? text('OK');
    },
    '/mail/users/remove': () => {
      accounts.delete(email);
      return unknown ?? text('mail user removed\n');
    },
    // With a new secret each time, but only for the sender.
    '/mfa/status': (sender) => {
      const secrets = secretsOf(user ? accounts.get(user) : sender);
      const enabled_mfa = secrets.map((_, index) => ({ id: index + 1, label: null, type: 'totp' }));
      const { base32: secret } = new Secret({ size: 20 });
      const new_mfa = { totp: { type: 'totp', secret, qr_code_base64: btoa('a picture') } };
      return json(user ? { enabled_mfa } : { enabled_mfa, new_mfa });
    },
    '/mfa/totp/enable': (sender) => {
      if (token === undefined) return reject('Bad Input');
      if (!secret) return reject('No secret provided.');
      if (secret.length !== 32) return reject('Secret should be a 32 characters base32 string');
      if (!accepts(secret, token, now)) return reject('Invalid token.');
      const moreSecrets = [...(sender.moreSecrets ?? []), secret];
      accounts.set(sender.email, { ...sender, moreSecrets });
      return text('OK');
    },
    '/mfa/disable': (sender) => {
      const of = user ? accounts.get(user) : sender;
      const kept = secretsOf(of).filter((_, index) => id && `${index + 1}` !== id);
      if (!of || kept.length === secretsOf(of).length) return reject('Invalid user or MFA id.');
      accounts.set(of.email, { ...of, totpSecret: undefined, moreSecrets: kept });
      return text('OK');
    },
  };
  return handlers;
}

/** The two-factor secrets of an account, one per device. */
export function secretsOf({ totpSecret, moreSecrets = [] }: Partial<Account> = {}): string[] {
  return [totpSecret || [], ...moreSecrets].flat();
}

/** Whether this is the code of the previous, current or next step. */
export function accepts(secret: string, token: string, timestamp: number): boolean {
  return new TOTP({ secret }).validate({ token, timestamp, window: 1 }) !== null;
}
