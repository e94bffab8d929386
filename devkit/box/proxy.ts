import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type Certificate, certificate } from './certificates.ts';

export interface ProxyOptions {
  /** `user:password` that the proxy demands. */
  readonly credentials?: string;
  /** Status of every rejection, or no response at all. */
  readonly reject?: number | 'silent';
  /** Speaks TLS itself. Default certificate: `issued`. */
  readonly tls?: boolean | Certificate;
  readonly host?: string;
}

/**
 * Starts a proxy for CONNECT on a loopback port. It resolves every name in `.test` to this machine. Its URL has the
 * credentials; `tunnels` are the hosts and ports that it connected to.
 */
export async function startProxy(options: ProxyOptions = {}) {
  const { credentials, reject, tls = false, host = 'localhost' } = options;
  const server = tls ? createHttps(tls === true ? certificate('issued') : tls) : createHttp();
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  const basic = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', ({ url = '', headers }: IncomingMessage, client: Socket) => {
    const deny = (status: number) => void client.end(`HTTP/1.1 ${status} Rejected\r\nContent-Length: 0\r\n\r\n`);
    client.on('error', () => {});
    if (reject) return reject === 'silent' ? undefined : deny(reject);
    if (basic && headers['proxy-authorization'] !== basic) return deny(407);
    tunnels.push(url);
    const { hostname, port } = new URL(`http://${url}`);
    const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/^.*\.test$/, 'localhost');
    const target = connect(Number(port || 80), name, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(client).pipe(target);
    });
    target.on('error', () => deny(502)).on('close', () => client.destroy());
    client.on('close', () => target.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const user = credentials && `${credentials.split(':').map(encodeURIComponent).join(':')}@`;
  const name = host.includes(':') ? `[${host}]` : host;
  return {
    url: `${tls ? 'https' : 'http'}://${user ?? ''}${name}:${port}`,
    port,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
