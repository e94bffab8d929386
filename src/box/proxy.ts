import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { type BoxRequest, CONNECTION, opened, tlsOptions, withoutBrackets } from './connect.ts';
import { diagnose } from './diagnose.ts';
import { BoxError } from './errors.ts';
import { addSecret, basicCredentials } from './secrets.ts';

const TRUST_PROXY = 'Set NODE_EXTRA_CA_CERTS to the CA of the proxy.';
const CHECK_LOGIN = 'Check the user name and password in https_proxy.';

/** Opens a tunnel through the proxy that the environment names for a URL, if there is one. @throws BoxError */
export async function openTunnel({ url, attempt }: BoxRequest): Promise<Socket | undefined> {
  const proxy = proxyFor(url);
  if (proxy === undefined) return undefined;
  const target = `${url.hostname}:${url.port || 443}`;
  const name = `${proxy.host} (proxy)`;
  const request = requestTunnel(proxy, target);
  const [response, socket] = await opened(request, 'connect', attempt).catch((cause) => {
    const timedOut = attempt.connecting.aborted;
    const { message, traits } = diagnose(timedOut ? { code: 'ETIMEDOUT' } : cause, name);
    const remedy = traits.untrusted ? TRUST_PROXY : undefined;
    throw new BoxError('Proxy unreachable', message, { ...traits, cause, timedOut, remedy });
  });
  const status: number = response.statusCode;
  socket.on('error', () => {});
  if (status >= 200 && status < 300) return socket;
  socket.destroy();
  const transient = [429, 502, 503, 504].includes(status);
  const remedy = status === 407 ? CHECK_LOGIN : undefined;
  throw new BoxError('Proxy rejected', `${name} returned HTTP ${status} for ${target}`, { transient, remedy });
}

/** `@actions/http-client` decides what bypasses the proxy; loopback addresses always do. Its own reading of the variable
 * isn't used: with a bare `%` in the password, it would connect directly. @throws BoxError; never with the variable,
 * which may contain a password */
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
  const port = proxy.port || (isTls ? 443 : 80);
  const headers = { Host: path, ...registerAuthorization(proxy) };
  const options = { method: 'CONNECT', host, port, path, headers, agent: false };
  if (isTls) return https.request({ ...options, ...tlsOptions(host) }).end();
  return http.request({ ...options, ...CONNECTION }).end();
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
