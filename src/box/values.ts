import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { reject } from './errors.ts';

/** Invisible characters, which word processors and chats leave in copied text. */
const INVISIBLE = /[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/;
const LOOPBACK = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/;
const CONTROL_OR_SPACE = /[\s\u0000-\u001f\u007f-\u009f]/;

/**
 * An email address as the box stores it: the domain in its IDNA form if it isn't ASCII, all else as typed, since the
 * box compares character by character. @throws InvalidValueError
 */
export function parseEmail(email: string): string {
  rejectInvisible(email);
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  if (at < 1 || domain === '') reject('is not an email address');
  if (CONTROL_OR_SPACE.test(email)) reject('contains a space');
  // Basic credentials are split at the first colon.
  if (email.includes(':')) reject('contains a colon');
  if (!isAscii(local)) reject("contains a non-ASCII character before the '@'");
  const ascii = isAscii(domain) ? domain : domainToASCII(domain);
  return ascii === '' ? reject('has an invalid domain') : `${local}@${ascii}`;
}

/**
 * A password as the box can read it. @throws InvalidValueError unless it is ASCII: the box decodes Basic credentials as
 * ASCII
 */
export function parsePassword(password: string): string {
  rejectInvisible(password);
  if (isAscii(password)) return password;
  return reject("contains a non-ASCII character, which the box can't read. Change the password");
}

/**
 * The base URL of the admin API, without a trailing slash, from a host name, host:port or URL; `/admin` if there is no
 * path. It contains no character that is special to a shell. The fragment of a page of the control panel is dropped.
 * @throws InvalidValueError
 */
export function parseHost(host: string): string {
  rejectInvisible(host);
  if (CONTROL_OR_SPACE.test(host) || host.includes('\\')) reject('contains a space or backslash');
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(host);
  const address = (hasScheme ? host : `https://${host}`).replace(/#.*$/, '');
  // `https:/box.example.com` would make a host of `https`.
  const url = /^https:\/\/https?(:?\/|$)/i.test(address) ? null : URL.parse(address);
  if (url === null) return reject('is not a host name, host:port, or https:// URL');
  if (address.includes('@')) reject("contains credentials: use 'email' and 'password'");
  if (address.includes('?')) reject('contains a query (?)');
  const { protocol, hostname, origin } = url;
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    reject('starts with http://, which would send the password unencrypted. Use https://');
  }
  if (!/^https?:$/.test(protocol)) reject('does not start with https://');
  if (!/^[a-z\d._-]+$/.test(hostname) && !isIPv6(hostname.slice(1, -1))) {
    reject('contains a character that no host name has');
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^[\w/.~-]*$/.test(path)) reject('has a path with special characters');
  return origin + (path === '' ? '/admin' : path);
}

/**
 * The certificates in a text, as PEM without the text around them. Repairs line breaks that were lost on the way
 * through a secret or YAML: spaces, literal `\n`, indentation, one line. @throws InvalidValueError; never with a part
 * of the text
 */
export function parseCertificates(text: string): string {
  const given = text.replace(/\\+[nr]/g, '\n');
  if (/-----BEGIN[A-Z\s]*PRIVATE\s+KEY-----/.test(given)) {
    reject('contains a private key. Set it to the certificate only, and replace the key');
  }
  const pattern = /-----BEGIN\s+CERTIFICATE-----(.*?)-----END\s+CERTIFICATE-----/gs;
  const found = [...given.matchAll(pattern)];
  if (found.length === 0) {
    if (/^[\w./\\:~-]{1,300}$/.test(text)) reject('is a path. Set it to the text of that file');
    reject("contains no certificate ('-----BEGIN CERTIFICATE-----')");
  }
  try {
    const parse = (body = '') => new X509Certificate(Buffer.from(body, 'base64'));
    return found.map(([, body]) => parse(body).toString().trim()).join('\n');
  } catch {
    return reject("contains a certificate that can't be read");
  }
}

function rejectInvisible(value: string): void {
  const code = INVISIBLE.exec(value)?.[0].codePointAt(0);
  if (code === undefined) return;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  reject(`contains an invisible character (${name}). Save it again without it`);
}

const isAscii = (text: string) => /^[\u0000-\u007f]*$/.test(text);
