import { domainToASCII } from 'node:url';
import { InvalidValueError } from './errors.ts';

/** An account and what proves it: its password, or a session key. */
export interface Credentials {
  readonly email: string;
  readonly secret: string;
}

/** The credentials in the form of an `Authorization: Basic` header, without the word before it. */
export function basicCredentials({ email, secret }: Credentials): string {
  return Buffer.from(`${email}:${secret}`).toString('base64');
}

/**
 * An email address as the box stores it: a domain with other letters than ASCII's in its IDNA form, all
 * else as typed, since the box compares letter by letter.
 *
 * @throws InvalidValueError for what no account of a box can be
 */
export function checkEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  if (at < 1 || domain === '') throw new InvalidValueError('is not an email address: name@domain');
  if (/[\s\u0000-\u001f\u007f-\u009f]/.test(email))
    throw new InvalidValueError('has a space or control character inside');
  if (email.includes(':')) {
    throw new InvalidValueError('has a colon, which ends the user name in Basic credentials');
  }
  if (!isAscii(local)) {
    throw new InvalidValueError(
      "has characters outside of ASCII before the '@', which the box cannot read",
    );
  }
  if (isAscii(domain)) return email;
  const ascii = domainToASCII(domain);
  if (ascii === '') throw new InvalidValueError('has a domain that is none');
  return `${local}@${ascii}`;
}

/**
 * A password as the box can read it.
 *
 * @throws InvalidValueError for one with other characters than ASCII's: the box decodes Basic credentials as
 * ASCII only and would answer with a Python error
 */
export function checkPassword(password: string): string {
  if (!isAscii(password)) {
    throw new InvalidValueError(
      'has characters outside of ASCII, which the box cannot read over its API. Give the account another password',
    );
  }
  return password;
}

function isAscii(text: string): boolean {
  return /^[\u0000-\u007f]*$/.test(text);
}
