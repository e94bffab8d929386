/**
 * A real proxy, as a process of its own: `node proxy-process.ts [credentials] [status]`. It knows every name that
 * ends in `.test` as this machine, asks for the credentials where some are given (`user:password`), and refuses
 * with the status. Each line that it prints is JSON: first its port, then the host and port of each tunnel.
 */
import { lookup } from 'node:dns';
import { RequestError, Server } from 'proxy-chain';

const [credentials = '', status = ''] = process.argv.slice(2);

const server = new Server({
  port: 0,
  host: '127.0.0.1',
  prepareRequestFunction: ({ hostname, port, username, password }) => {
    if (status !== '') throw new RequestError('Not for you', Number(status));
    const requestAuthentication = credentials !== '' && `${username}:${password}` !== credentials;
    if (!requestAuthentication) print(`${hostname}:${port}`);
    return { requestAuthentication, dnsLookup: resolve as typeof lookup };
  },
});
await server.listen();
print(server.port);

type Callback = (error: null, addresses: Array<{ address: string; family: number }>) => void;

function resolve(name: string, options: object, callback: Callback): void {
  if (name.endsWith('.test')) callback(null, [{ address: '127.0.0.1', family: 4 }]);
  else lookup(name, options, callback as never);
}

function print(value: unknown): void {
  console.log(JSON.stringify(value));
}
