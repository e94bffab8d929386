import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { fail } from './errors.ts';

/** Invisible characters, which word processors and chats leave in copied text. */
const INVISIBLE = /[\u00a0\u00ad\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/;
const LOOPBACK = /^(localhost|\[::1\]|127\.\d+\.\d+\.\d+)$/;
const CONTROL_OR_SPACE = /[\s\u0000-\u001f\u007f-\u009f]/;

/** An email address as the box stores it: the domain in its IDNA form if it isn't ASCII, all else as typed, since the
 * box compares character by character. @throws InvalidValueError */
export function parseEmail(email: string): string {
  requireVisible(email);
  const at = email.lastIndexOf('@');
  const [local, domain] = [email.slice(0, at), email.slice(at + 1)];
  if (at < 1 || domain === '') fail('is not an email address');
  if (CONTROL_OR_SPACE.test(email)) fail('contains a space');
  // Basic credentials are split at the first colon.
  if (email.includes(':')) fail('contains a colon');
  if (!isAscii(local)) fail("contains a non-ASCII character before the '@'");
  const ascii = isAscii(domain) ? domain : domainToASCII(domain);
  return ascii === '' ? fail('has an invalid domain') : `${local}@${ascii}`;
}

/** A password, which has to be ASCII: so the box decodes Basic credentials. @throws InvalidValueError */
export function parsePassword(password: string): string {
  requireVisible(password);
  if (isAscii(password)) return password;
  return fail("contains a non-ASCII character, which the box can't read. Change the password");
}

/** The base URL of the admin API, without a trailing slash, from a host name, host:port or URL; `/admin` if there is no
 * path. It contains no character that is special to a shell. The fragment of a page of the control panel is dropped.
 * @throws InvalidValueError */
export function parseHost(host: string): string {
  requireVisible(host);
  if (CONTROL_OR_SPACE.test(host) || host.includes('\\')) fail('contains a space or backslash');
  const hasScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(host);
  const address = (hasScheme ? host : `https://${host}`).replace(/#.*$/, '');
  // `https:/box.example.com` would make a host of `https`.
  const url = /^https:\/\/https?(:?\/|$)/i.test(address) ? null : URL.parse(address);
  if (url === null) return fail('is not a host name, host:port, or https:// URL');
  if (address.includes('@')) fail("contains credentials: use 'email' and 'password'");
  if (address.includes('?')) fail('contains a query (?)');
  const { protocol, hostname, origin } = url;
  if (protocol === 'http:' && !LOOPBACK.test(hostname)) {
    fail('starts with http://, which would send the password unencrypted. Use https://');
  }
  if (!/^https?:$/.test(protocol)) fail('does not start with https://');
  if (!/^[a-z\d._-]+$/.test(hostname) && !isIPv6(hostname.slice(1, -1))) fail('contains an invalid character');
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^[\w/.~-]*$/.test(path)) fail('has a path with special characters');
  return origin + (path === '' ? '/admin' : path);
}

/** The certificates in a text, as PEM without the text around them. Repairs line breaks that were lost on the way
 * through a secret or YAML: spaces, literal `\n`, indentation, one line. @throws InvalidValueError; never with a part
 * of the text */
export function parseCertificates(text: string): string {
  const given = text.replace(/\\+[nr]/g, '\n');
  if (/-----BEGIN[A-Z\s]*PRIVATE\s+KEY-----/.test(given)) {
    fail('contains a private key. Set it to the certificate only, and replace the key');
  }
  const pattern = /-----BEGIN\s+CERTIFICATE-----(.*?)-----END\s+CERTIFICATE-----/gs;
  const found = [...given.matchAll(pattern)];
  if (found.length === 0) {
    if (/^[\w./\\:~-]{1,300}$/.test(text)) fail('is a path. Set it to the text of that file');
    fail("contains no certificate ('-----BEGIN CERTIFICATE-----')");
  }
  try {
    const parse = (body = '') => new X509Certificate(Buffer.from(body, 'base64'));
    return found.map(([, body]) => parse(body).toString().trim()).join('\n');
  } catch {
    return fail("contains a certificate that can't be read");
  }
}

function requireVisible(value: string): void {
  const code = INVISIBLE.exec(value)?.[0].codePointAt(0);
  if (code === undefined) return;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  fail(`contains an invisible character (${name}). Save it again without it`);
}

const isAscii = (text: string) => /^[\u0000-\u007f]*$/.test(text);
