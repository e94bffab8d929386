import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { type BoxRequest, CONNECTION, opened, tlsOptions, withoutBrackets } from './connect.ts';
import { diagnose } from './diagnose.ts';
import { BoxError } from './errors.ts';
import { retryAfterOf } from './retry.ts';
import { sanitize } from './sanitize.ts';
import { addSecret, basicCredentials } from './secrets.ts';

/** Opens a tunnel through the proxy that the environment names for a URL, if there is one. @throws BoxError */
export async function openTunnel({ url, attempt }: BoxRequest): Promise<net.Socket | undefined> {
  const proxy = proxyFor(url);
  if (proxy === undefined) return undefined;
  const target = `${url.hostname}:${url.port || 443}`;
  const name = `${proxy.host} (proxy)`;
  const request = requestTunnel(proxy, target);
  const [response, socket] = await opened(request, 'connect', attempt).catch((cause) => {
    const timedOut = attempt.connecting.aborted;
    const error = diagnose(timedOut ? { code: `timeout ${attempt.phase}` } : cause, name);
    if (error === undefined) throw cause;
    throw new BoxError('Proxy unreachable', error.message, { ...error.traits, cause, timedOut });
  });
  const status: number = response.statusCode;
  socket.on('error', () => {});
  if (status >= 200 && status < 300) return socket;
  socket.destroy();
  const transient = [429, 502, 503, 504].includes(status);
  const remedy = status === 407 ? loginRemedy(proxy, response.headers['proxy-authenticate']) : undefined;
  const options = { transient, repeatable: status >= 500, remedy, retryAfter: retryAfterOf(response.headers) };
  throw new BoxError('Proxy rejected', `${name} returned HTTP ${status} for ${target}`, options);
}

/** @param offered schemes: `Basic realm="Proxy"`, or several with commas between them */
function loginRemedy({ username }: URL, offered = 'Basic'): string {
  const schemes: string[] = offered.match(/(?<=^|,\s*)[a-z\d-]+(?![\w-]*=)/gi) ?? [];
  if (!schemes.some((each) => /^basic$/i.test(each))) {
    return `It offers ${sanitize(schemes.join(' or ')).slice(0, 40)}, but only Basic works. Use a local proxy that signs in to it, such as cntlm or px.`;
  }
  if (username === '') return 'https_proxy has no user name. Set it to http://user:password@host:port.';
  return 'Check the user name and password in https_proxy.';
}

/** `@actions/http-client` decides what bypasses the proxy; loopback addresses always do. Its own reading of the variable
 * isn't used: with a bare `%` in the password, it would connect directly. @throws BoxError; never with the variable */
function proxyFor(target: URL): URL | undefined {
  const variable = ['https_proxy', 'HTTPS_PROXY'].find((name) => process.env[name]);
  if (variable === undefined || checkBypass(target)) return undefined;
  try {
    const setting = process.env[variable] ?? '';
    const proxy = new URL(setting.includes('://') ? setting : `http://${setting}`);
    decodeURIComponent(proxy.username + proxy.password);
    // A path, query or fragment is the rest of a password that isn't percent-encoded.
    if (/^https?:\/\/[^/]+\/$/.test(proxy.href)) return proxy;
  } catch {}
  throw new BoxError('Invalid proxy setting', `Variable '${variable}' isn't the URL of an HTTP proxy`);
}

function requestTunnel(proxy: URL, path: string): http.ClientRequest {
  const isTls = proxy.protocol === 'https:';
  const host = withoutBrackets(proxy.hostname);
  const headers = { Host: path, ...registerAuthorization(proxy) };
  const address = { host, port: Number(proxy.port || (isTls ? 443 : 80)), ...CONNECTION };
  const connect = () => (isTls ? tls.connect({ ...address, ...tlsOptions(host) }) : net.connect(address));
  return http.request({ method: 'CONNECT', path, headers, createConnection: connect }).end();
}

/** The header that authenticates to a proxy. Registers its secrets. */
function registerAuthorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  const basic = basicCredentials(user, secret);
  // A user name without a password is a token.
  addSecret(secret || user);
  addSecret(basic);
  return { 'Proxy-Authorization': `Basic ${basic}` };
}
