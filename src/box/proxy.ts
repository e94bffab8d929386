import { getProxyUrl } from '@actions/http-client';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { ProxySettingError } from './errors.ts';
import { hostOf } from './host.ts';
import { keepSecret } from './secrets.ts';

/**
 * The proxy that the environment names for a URL, as host and port, or nothing where there is none.
 * `@actions/http-client` finds it by itself; here it is only named and checked, since the library goes without
 * a proxy where the variable cannot be read.
 *
 * @throws ProxySettingError where the variable is no http:// or https:// URL; never with the variable, which
 * may hold a password
 */
export function proxyFor(url: string): string | undefined {
  const variable = url.startsWith('https:') ? 'https_proxy' : 'http_proxy';
  const setting = process.env[variable] || process.env[variable.toUpperCase()];
  if (!setting || checkBypass(new URL(url))) return undefined;
  let proxy: URL;
  try {
    proxy = new URL(getProxyUrl(url));
  } catch {
    throw new ProxySettingError(variable);
  }
  if (!/^https?:$/.test(proxy.protocol)) throw new ProxySettingError(variable);
  keepCredentials(proxy);
  // `tunnel`, unchanged since 2018, uses what Node deprecates, and Node would say so in the log.
  process.noDeprecation = true;
  return hostOf(proxy.href);
}

/** A name without a password is a token. */
function keepCredentials({ username, password }: URL): void {
  const user = decodeURIComponent(username);
  keepSecret(password);
  keepSecret(decodeURIComponent(password));
  keepSecret(password === '' ? user : `${user}:${decodeURIComponent(password)}`);
}
