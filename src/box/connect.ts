import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { addAbortSignal } from 'node:stream';
import tls from 'node:tls';
import { checkBypass } from '@actions/http-client/lib/proxy';
import { diagnose } from './diagnose.ts';
import { BoxError } from './errors.ts';
import { addSecret, basicCredentials } from './untrusted.ts';

const TRUST_PROXY = 'Set NODE_EXTRA_CA_CERTS to the CA of the proxy.';
/** Whatever the environment says. */
const TLS = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;

// By default Node drops an attempt after 250 ms, and a box farther away that has A and AAAA is never reached from a
// runner without IPv6: https://github.com/nodejs/node/issues/54359
net.setDefaultAutoSelectFamilyAttemptTimeout(2_500);

/** A request to the admin API. */
export interface BoxRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the certificates to trust instead of the public CAs. */
  readonly ca: string | undefined;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

/** Opens a tunnel through the proxy that the environment names for a URL, if there is one. @throws BoxError */
export async function openTunnel({ url, signal }: BoxRequest): Promise<net.Socket | undefined> {
  const proxy = proxyFor(url);
  if (proxy === undefined) return undefined;
  const target = `${url.hostname}:${url.port || 443}`;
  const name = `${proxy.host} (proxy)`;
  const request = requestTunnel(proxy, target, signal);
  const [response, socket] = await once(request, 'connect').catch((cause) => {
    const timedOut = signal.aborted;
    const { title, message, traits } = diagnose(timedOut ? { code: 'ETIMEDOUT' } : cause, name);
    const remedy = title === 'Certificate not trusted' ? TRUST_PROXY : undefined;
    throw new BoxError('Proxy unreachable', message, { ...traits, cause, timedOut }, remedy);
  });
  const status: number = response.statusCode;
  if (status >= 200 && status < 300) return guard(socket, signal);
  socket.destroy();
  const transient = [429, 502, 503, 504].includes(status);
  const remedy = status === 407 ? 'Check the user name and password in https_proxy.' : undefined;
  const message = `${name} returned HTTP ${status} for ${target}`;
  throw new BoxError('Proxy rejected', message, { transient }, remedy);
}

/**
 * `@actions/http-client` decides what bypasses the proxy; loopback addresses always do. Its own reading of the variable
 * isn't used: with a bare `%` in the password, it would connect directly. @throws BoxError; never with the variable,
 * which may contain a password
 */
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
  const message = `Variable '${variable}' isn't the URL of an HTTP proxy`;
  throw new BoxError('Invalid proxy setting', message);
}

function requestTunnel(proxy: URL, path: string, signal: AbortSignal): http.ClientRequest {
  const isTls = proxy.protocol === 'https:';
  const host = withoutBrackets(proxy.hostname);
  const port = proxy.port || (isTls ? 443 : 80);
  const headers = { Host: path, ...authorizationFor(proxy) };
  const options = { method: 'CONNECT', host, port, path, headers, agent: false, signal };
  return isTls
    ? https.request({ ...options, ...TLS, servername: serverName(host) }).end()
    : http.request(options).end();
}

function authorizationFor({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const [user, secret] = [decodeURIComponent(username), decodeURIComponent(password)];
  const basic = basicCredentials(user, secret);
  // A user name without a password is a token.
  for (const each of [secret || user, basic]) addSecret(each);
  return { 'Proxy-Authorization': `Basic ${basic}` };
}

/**
 * Connects to the box, through the tunnel if there is one, and verifies its certificate and name. If this fails, no
 * credentials were sent. @throws BoxError
 */
export async function openTls(request: BoxRequest, tunnel?: net.Socket): Promise<net.Socket> {
  const { url, ca, signal } = request;
  const host = withoutBrackets(url.hostname);
  const isTls = url.protocol === 'https:';
  const address = { host, port: Number(url.port || (isTls ? 443 : 80)) };
  // Without TLS it is a loopback address.
  if (!isTls) return opened(guard(net.connect(address), signal), 'connect', request);
  const options = {
    ...address,
    ...TLS,
    servername: serverName(host),
    ...(tunnel === undefined ? {} : { socket: tunnel }),
    // Any certificate in `ca` is a trust anchor, as with curl --cacert.
    ...(ca === undefined ? {} : { ca, allowPartialTrustChain: true }),
  };
  return opened(guard(tls.connect(options), signal), 'secureConnect', request);
}

async function opened<Socket extends net.Socket>(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  { url, ca, signal }: BoxRequest,
): Promise<Socket> {
  let isLookingUp = socket.connecting && net.isIP(withoutBrackets(url.hostname)) === 0;
  socket.once('lookup', () => {
    isLookingUp = false;
  });
  try {
    await once(socket, event);
    return socket;
  } catch (cause) {
    if (!signal.aborted) throw diagnose(cause, url.host, ca);
    const code = isLookingUp ? 'EAI_AGAIN' : 'ETIMEDOUT';
    throw diagnose({ code }, url.host).with({ cause, timedOut: true });
  }
}

/** Without a listener, a late error of a socket would be an uncaught exception. */
function guard<Socket extends net.Socket>(socket: Socket, signal: AbortSignal): Socket {
  socket.on('error', () => {});
  return addAbortSignal(signal, socket);
}

/** Addresses have no server name indication (RFC 6066). */
const serverName = (host: string) => (net.isIP(host) === 0 ? host : '');
const withoutBrackets = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1');
