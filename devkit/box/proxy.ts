import { lookup } from 'node:dns';
import { RequestError, Server } from 'proxy-chain';
import type { Certificate } from './certificate.ts';

export interface ProxyOptions {
  /** `user:password`, asked for where given. */
  readonly credentials?: string;
  /** Status to refuse with, or nothing at all instead of an answer. */
  readonly refuse?: number | 'hanging';
  /** How many tunnels are let through before it refuses. Default: 0. */
  readonly letThrough?: number;
  /** Speaks TLS itself, with this certificate. */
  readonly certificate?: Pick<Certificate, 'key' | 'cert'>;
  /** Gets the host and port of each tunnel. */
  readonly onTunnel?: (target: string) => void;
}

/**
 * Starts a real proxy on a loopback port. It knows every name that ends in `.test` as this machine.
 *
 * @returns its port
 */
export async function startProxy({
  credentials,
  refuse,
  letThrough = 0,
  certificate,
  onTunnel,
}: ProxyOptions): Promise<number> {
  let tunnels = 0;
  const server = new Server({
    port: 0,
    host: '127.0.0.1',
    ...(certificate === undefined
      ? { serverType: 'http' }
      : { serverType: 'https', httpsOptions: certificate }),
    prepareRequestFunction: ({ hostname, port, username, password }) => {
      if (refuse !== undefined && tunnels >= letThrough) {
        if (refuse === 'hanging') return new Promise(() => {});
        throw new RequestError('Not for you', refuse);
      }
      if (credentials !== undefined && `${username}:${password}` !== credentials) {
        return { requestAuthentication: true };
      }
      tunnels += 1;
      onTunnel?.(`${hostname}:${port}`);
      return { dnsLookup: resolve as typeof lookup };
    },
  });
  await server.listen();
  return server.port;
}

type Callback = (error: null, addresses: Array<{ address: string; family: number }>) => void;

function resolve(name: string, options: object, callback: Callback): void {
  if (name.endsWith('.test')) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else lookup(name, options, callback as never);
}
