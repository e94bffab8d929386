import { isIPv6 } from 'node:net';
import { InvalidValueError } from './errors.ts';

/** Where the box serves its admin API when nothing else is said. */
const ADMIN_PATH = '/admin';

/** The box that looks after an email address, by the name that its set-up proposes. */
export function defaultHost(email: string): string {
  return `box.${email.slice(email.lastIndexOf('@') + 1)}`;
}

/**
 * The base URL of the admin API, without a trailing slash, from the forms that people write:
 * `box.example.com`, `box.example.com:8443`, `https://box.example.com`, `https://box.example.com/admin`.
 * It holds no character that a shell would look at twice.
 *
 * @throws InvalidValueError for anything else
 */
export function adminUrl(host: string): string {
  if (/[\s\\\u0000-\u001f\u007f-\u009f]/.test(host)) {
    throw new InvalidValueError('has a space, a backslash or a control character inside');
  }
  if (/^https?(:\/(?!\/)|\/)/i.test(host)) {
    throw new InvalidValueError('begins with http or https, but not with https://');
  }
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`;
  const url = URL.parse(address);
  if (url === null) throw new InvalidValueError('is not a host name, host:port or https:// URL');
  if (url.username !== '' || url.password !== '' || address.includes('@')) {
    throw new InvalidValueError(
      "has a user name or password inside; they go into 'email' and 'password'",
    );
  }
  if (/[?#]/.test(address)) throw new InvalidValueError('has a query or fragment (? or #)');
  if (url.protocol === 'http:') {
    if (!isLoopback(url.hostname)) {
      throw new InvalidValueError(
        'begins with http://, which would send the password unprotected; use https://',
      );
    }
  } else if (url.protocol !== 'https:') {
    throw new InvalidValueError('begins with something else than https://');
  }
  if (!/^[a-z0-9._-]+$/.test(url.hostname) && !isIPv6(url.hostname.slice(1, -1))) {
    throw new InvalidValueError('has a character that no host name has');
  }
  const path = url.pathname.replace(/\/+$/, '');
  if (!/^[\w/.~-]*$/.test(path)) {
    throw new InvalidValueError('has a path with characters other than letters, digits and /._~-');
  }
  return url.origin + (path === '' ? ADMIN_PATH : path);
}

/** The host and port of a URL, as people know it. */
export function hostOf(url: string): string {
  return new URL(url).host;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
