import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Certificate, type CertificateKind, certificate } from './certificates.ts';
import { Daemon } from './daemon.ts';
import type { Fault } from './faults.ts';
import { nginxPage, type Reply, text } from './replies.ts';
import type { Account } from './requests.ts';
import { Bans } from './sessions.ts';

export type { Account };

/** The account of a box that gets no others. */
export const DEFAULT_ACCOUNT: Account = {
  email: 'ci@example.com',
  password: 'correct horse battery staple',
  privileges: ['admin'],
};

export interface BoxOptions {
  /** Default: an administrator, `ci@example.com`. */
  readonly accounts?: readonly Account[];
  /** Default: `issued`. */
  readonly certificate?: CertificateKind;
  /** What it speaks on its port: TLS, TLS 1.1 at most, or HTTP without TLS. Default: `tls`. */
  readonly protocol?: 'tls' | 'old-tls' | 'http';
  /** Milliseconds that the daemon takes for each request. Default: 0; a real box takes about 60. */
  readonly delay?: number;
  /** Milliseconds after which nginx gives up on the daemon. Default: 60,000. */
  readonly gatewayTimeout?: number;
  /** Name of the box in its URL. Default: `localhost`. Only a proxy knows `box.test`. */
  readonly name?: 'localhost' | 'box.test' | '127.0.0.1' | '[::1]';
  /** The box's clock, in milliseconds since 1970. Default: this machine's clock. */
  readonly clock?: () => number;
}

/** The three requests that the action sends. */
const ENDPOINTS = {
  login: 'POST /admin/login',
  logout: 'POST /admin/logout',
  verify: 'GET /admin/system/privacy',
};

export interface When {
  /** The requests that the fault is for. Default: all. */
  readonly at?: keyof typeof ENDPOINTS;
  /** How many of them. Default: all. */
  readonly times?: number;
}

export type Box = Awaited<ReturnType<typeof startBox>>;

/** Node speaks TLS 1.1 only with all three. */
const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;

/** Starts a stand-in Mail-in-a-Box on a loopback port. */
export async function startBox(options: BoxOptions = {}) {
  const { accounts = [DEFAULT_ACCOUNT], name = 'localhost', protocol = 'tls' } = options;
  const { delay = 0, gatewayTimeout = 60_000, clock: now = Date.now } = options;
  const { key, cert, ca } = certificate(options.certificate ?? 'issued');

  const bans = new Bans();
  const onFailedLogin = (address: string) => bans.countFailure(address, now());
  const daemon = new Daemon({ accounts, zone: 'example.com', now, onFailedLogin });
  const requestLog: string[] = [];
  const requestHeaders: Array<IncomingMessage['headers']> = [];
  const faults: Array<{ fault: Fault; at: When['at']; left: number }> = [];

  /** One gunicorn worker: one request at a time, in order, to the end even if nobody waits for it. */
  let worker: Promise<unknown> = Promise.resolve();
  async function forward(request: IncomingMessage, address: string): Promise<Reply> {
    const { method = '', url = '' } = request;
    const headers = request.headers as Record<string, string | undefined>;
    const path = new URL(url, 'http://box').pathname.slice('/admin'.length);
    const body = await readText(request);
    const handled = worker.then(() => pause(delay)).then(() => daemon.handle({ method, path, headers, body, address }));
    worker = handled.catch(() => undefined);
    const gaveUp = pause(gatewayTimeout, nginxPage(504), { ref: false });
    return Promise.race([handled, gaveUp]);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '', headers, rawHeaders } = request;
    const { remoteAddress: address = '', remotePort } = request.socket;
    const work = async (): Promise<Reply> => {
      // nginx rejects a longer header line.
      if (rawHeaders.some((each) => each.length > 8192)) return nginxPage(400);
      if (/^\/admin\/?$/.test(url)) return text('<title>Mail-in-a-Box Control Panel</title>\n');
      return url.startsWith('/admin/') ? forward(request, address) : nginxPage(404);
    };
    const respond = async (given?: Reply): Promise<void> => {
      const { status, reason, headers: own, body } = given ?? (await work());
      const length = { 'Content-Length': Buffer.byteLength(body) };
      const always = { Server: 'nginx', Date: new Date(now()).toUTCString() };
      response.writeHead(status, reason, { ...always, ...own, ...length }).end(body);
    };
    const reset = () => [...sockets].find((socket) => socket.remotePort === remotePort)?.resetAndDestroy();
    const ban = () => bans.ban(address, now());

    const line = `${request.method} ${url}`;
    requestLog.push(line);
    requestHeaders.push(headers);
    const match = faults.find(({ at, left }) => left > 0 && (!at || ENDPOINTS[at] === line));
    if (match === undefined) return respond();
    match.left -= 1;
    await match.fault({ request, response, handle: work, respond, reset, ban });
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      // A client that has gone is not a failure of the box.
      if (!request.destroyed) console.error('The stand-in box failed:', error);
      response.destroy();
    });
  };
  const maxHeaderSize = 65_536;
  const tls = { key, cert, maxHeaderSize, ...(protocol === 'old-tls' ? OLD_TLS : {}) };
  const httpsServer = protocol === 'http' ? undefined : createHttps(tls, listener);
  const server = httpsServer ?? createHttp({ maxHeaderSize }, listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    if (bans.isBanned(socket.remoteAddress ?? '', now())) socket.destroy();
  });
  const address = name === 'box.test' ? 'localhost' : name.replace(/[[\]]/g, '');
  await once(server.listen(0, address), 'listening');
  const { port } = server.address() as AddressInfo;
  const host = `${name}:${port}`;

  return {
    /** Base URL of the admin API. */
    url: `${protocol === 'http' ? 'http' : 'https'}://${host}/admin`,
    /** Host and port. */
    host,
    port,
    /** PEM of what to trust. */
    ca,
    daemon,
    /** Every request that was received: method and path. */
    requestLog,
    /** The headers of those requests, in the same order. */
    requestHeaders,
    /** The keys that the box accepts, and every key that was ever issued, oldest first. */
    keys: { valid: () => daemon.validKeys(), issued: () => [...daemon.sessions.issued] },
    /** From now on, the fault handles the requests that match; of several faults, the first that has times left. */
    inject: (fault: Fault, { at, times: left = Number.POSITIVE_INFINITY }: When = {}) =>
      void faults.push({ fault, at, left }),
    /** Restarts the daemon, which revokes all keys. */
    restart: () => daemon.sessions.clear(),
    /** Serves another certificate. */
    serve: ({ key, cert }: Certificate) => httpsServer?.setSecureContext({ key, cert }),
    /** Stops listening: connections are refused. */
    stop: () => void server.close(),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
