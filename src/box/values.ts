import { X509Certificate } from 'node:crypto';
import { domainToASCII } from 'node:url';
import { EmptyValueError, fail, failOnMatch } from './errors.ts';

/** Invisible characters, which word processors and chats leave in copied text. */
const INVISIBLE = /[\ufe00-\ufe0f\u00a0\u00ad\u061c\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/;
const HOST_NAME = /^([a-z\d_-]+(\.[a-z\d_-]+)*\.?|\[[\da-f:]+\])$/;
const LOOPBACK = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/;

/** An email address as the box stores it: the domain in its IDNA form if it isn't ASCII, all else as typed, since the
 * box compares character by character. @throws InvalidValueError */
export function parseEmail(email: string): string {
  requireText(email);
  failOnMatch(email, EMAIL_FAULTS);
  const [local = '', domain = ''] = email.split('@');
  const ascii = isAscii(domain) ? domain : domainToASCII(domain);
  return /^[\w-]+(\.[\w-]+)*$/.test(ascii) ? `${local}@${ascii}` : fail('has an invalid domain');
}

/** A box takes fewer for new accounts, but its accounts may be older. */
const EMAIL_FAULTS: Parameters<typeof failOnMatch>[1] = [
  [/[\s\u0000-\u001f\u007f-\u009f]/, 'contains a space'],
  // Basic credentials are split at the first colon.
  [/:/, 'contains a colon'],
  [/["`;,<>()[\]\\]/, 'contains a character that no email address on a box has'],
  [/^(?![^@]+@[^@]+$)/, 'is not an email address'],
  [/[^\0-\x7f].*@/, "contains a non-ASCII character before the '@'"],
  [/^\.|\.\.|\.@/, "has a misplaced dot before the '@'"],
];

/** A password, which has to be ASCII: so the box decodes Basic credentials. @throws InvalidValueError */
export function parsePassword(password: string): string {
  requireText(password);
  if (isAscii(password)) return password;
  return fail("contains a non-ASCII character, which the box can't read. Change the password");
}

/** The base URL of the admin API, without a trailing slash, from a host name, host:port or URL, also of a page of the
 * control panel; `/admin` if there is no path. No character of it is special to a shell. @throws InvalidValueError */
export function parseHost(host: string): string {
  requireText(host);
  const address = (/^[a-z][a-z\d+.-]*:\/\//i.test(host) ? host : `https://${host}`).replace(/#.*$/, '');
  // Without its variable, `https:///admin` would make a host of `admin`.
  if (/^[^:]+:\/\/(:\d*)?([/?]|$)/.test(address)) throw new EmptyValueError('has no host name');
  failOnMatch(address, HOST_FAULTS);
  const url = URL.parse(address);
  if (url === null || !HOST_NAME.test(url.hostname)) return fail('is not a host name, host:port, or https:// URL');
  const { protocol, hostname, origin } = url;
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    fail('starts with http://, which would send the password unencrypted. Use https://');
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^[\w/.~-]*$/.test(path)) fail('has a path with special characters');
  return origin + (path === '' ? '/admin' : path);
}

const HOST_FAULTS: typeof EMAIL_FAULTS = [
  [/[\s\u0000-\u001f\u007f-\u009f\\]/, 'contains a space or backslash'],
  // `https:/box.example.com` would make a host of `https`.
  [/^https:\/\/https?(:?\/|$)/i, 'is not a host name, host:port, or https:// URL'],
  [/^(?!https?:)/i, 'does not start with https://'],
  [/@/, "contains credentials: use 'email' and 'password'"],
  [/\?/, 'contains a query (?)'],
];

/** The certificates in a text, as PEM without the text around them. Repairs line breaks that a secret or YAML lost:
 * spaces, literal `\n`, indentation, one line. @throws InvalidValueError; never with a part of the text */
export function parseCertificates(text: string): string {
  const given = text.replace(/\\+[nr]/g, '\n');
  if (/-----BEGIN[A-Z\s]*PRIVATE\s+KEY-----/.test(given)) {
    fail('contains a private key. Set it to the certificate only, and replace the key');
  }
  const pattern = /-----BEGIN\s+CERTIFICATE-----(.*?)-----END\s+CERTIFICATE-----/gs;
  const found = [...given.matchAll(pattern)];
  if (found.length === 0) {
    failOnMatch(text, [
      [/^([\w\s-]*[:=]\s*)?([\da-f]{2}[:\s-]?){16,}$|^sha-?\d+[\s:/]/i, 'is a fingerprint. Set it to the certificate'],
      [/^[\w./\\:~-]{1,300}$/, 'is a path. Set it to the text of that file'],
    ]);
    fail("contains no certificate ('-----BEGIN CERTIFICATE-----')");
  }
  try {
    const parse = (body = '') => new X509Certificate(Buffer.from(body, 'base64'));
    return found.map(([, body]) => parse(body).toString().trim()).join('\n');
  } catch {
    return fail("contains a certificate that can't be read");
  }
}

function requireText(value: string): void {
  if (value.trim() === '') throw new EmptyValueError('is empty');
  const code = INVISIBLE.exec(value)?.[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
  if (code !== undefined) fail(`contains an invisible character (U+${code}). Save it again without it`);
}

const isAscii = (text: string) => /^[\u0000-\u007f]*$/.test(text);
