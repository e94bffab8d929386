import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest } from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import type { Attempt } from './context.ts';
import { diagnose } from './diagnose.ts';

/** Options of every connection. By default Node drops an attempt after 250 ms, and a box farther away that has A and
 * AAAA is never reached from a runner without IPv6: https://github.com/nodejs/node/issues/54359 */
export const CONNECTION = { autoSelectFamilyAttemptTimeout: 2_500 } satisfies Partial<net.TcpSocketConnectOpts>;

/** Options of a TLS connection, whatever the environment says. Addresses have no server name indication (RFC 6066). */
export function tlsOptions(host: string): tls.ConnectionOptions {
  const servername = net.isIP(host) === 0 ? host : '';
  return { ...CONNECTION, servername, minVersion: 'TLSv1.2', rejectUnauthorized: true };
}

/** A request to the admin API. */
export interface BoxRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly ca: string | undefined;
  readonly attempt: Attempt;
}

/** Connects to the box, through the tunnel if there is one, and verifies its certificate and name. If this fails, no
 * credentials were sent. @throws BoxError */
export async function openTls(request: BoxRequest, tunnel?: net.Socket): Promise<net.Socket> {
  const { url, ca, attempt } = request;
  const host = withoutBrackets(url.hostname);
  const isTls = url.protocol === 'https:';
  const address = { host, port: Number(url.port || (isTls ? 443 : 80)), ...CONNECTION };
  // Any certificate in `ca` is a trust anchor, as with curl --cacert.
  const trust = { ca, allowPartialTrustChain: ca !== undefined } satisfies tls.ConnectionOptions;
  const options = { ...address, ...tlsOptions(host), ...trust, socket: tunnel };
  // Without TLS it is a loopback address.
  const socket = isTls ? tls.connect(options) : net.connect(address);
  attempt.phase = tunnel !== undefined ? 'handshake' : net.isIP(host) === 0 ? 'lookup' : 'connect';
  const enter = (phase: Attempt['phase']) => () => Object.assign(attempt, { phase });
  socket.once('lookup', enter('connect')).once('connect', enter('handshake'));
  let raw: Buffer | undefined;
  // Before Node verifies it: afterwards, the socket has none, and `getPeerX509Certificate` would make Node find no names.
  socket.prependListener('secure', () => {
    if (socket instanceof tls.TLSSocket) raw = socket.getPeerCertificate()?.raw;
  });
  try {
    await opened(socket, isTls ? 'secureConnect' : 'connect', attempt);
    return socket;
  } catch (cause) {
    const timedOut = attempt.connecting.aborted;
    const reason = timedOut ? { code: `timeout ${attempt.phase}` } : cause;
    const certificate = raw && new X509Certificate(raw);
    throw diagnose(reason, url.host, ca, certificate)?.with({ cause, timedOut }) ?? cause;
  }
}

/** Waits for an event of a socket or request, and destroys it if that fails. Listens for late errors, too. */
export function opened(opening: net.Socket | ClientRequest, event: string, attempt: Attempt) {
  opening.on('error', () => {});
  return once(opening, event, { signal: attempt.connecting }).catch((error) => {
    opening.destroy();
    throw error;
  });
}

/** A host name or address, from a URL's. */
export const withoutBrackets = (hostname: string) => hostname.replace(/^\[(.*)\]$/, '$1');
