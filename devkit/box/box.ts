import { once } from 'node:events';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type Certificate, type CertificateKind, certificate } from './certificates.ts';
import { type Account, Daemon } from './daemon.ts';
import type { Fault } from './faults.ts';
import { type BoxResponse, nginxPage, text } from './responses.ts';
import { Bans } from './sessions.ts';

export type { Account };

/** The account of a box that gets no others. */
export const ADMIN: Account = {
  email: 'ci@example.com',
  password: 'correct horse battery staple',
  privileges: ['admin'],
};

export interface BoxOptions {
  /** Default: an administrator, `ci@example.com`. */
  readonly accounts?: readonly Account[];
  /** A kind of certificate, or one of your own. Default: `issued`. */
  readonly certificate?: CertificateKind | Certificate;
  /** What it speaks on its port: TLS, TLS 1.1 at most, or HTTP without TLS. Default: `tls`. */
  readonly protocol?: 'tls' | 'old-tls' | 'http';
  /** Milliseconds that the daemon takes for each request. Default: 0; a real box takes about 60. */
  readonly delay?: number;
  /** Milliseconds after which nginx gives up on the daemon. Default: 60,000. */
  readonly gatewayTimeout?: number;
  /** Port to listen on. Default: a free one. */
  readonly port?: number;
  /** Name of the box in its URL. Default: `localhost`. Only a proxy knows `box.test`. */
  readonly name?: 'localhost' | 'box.test' | '127.0.0.1' | '[::1]';
  /** The box's clock, in milliseconds since 1970. Default: that of this machine. */
  readonly clock?: () => number;
  /** The zone that it manages. Default: `example.com`. */
  readonly zone?: string;
}

/** The three requests that the action sends. */
const ENDPOINTS = {
  login: 'POST /admin/login',
  logout: 'POST /admin/logout',
  verify: 'GET /admin/system/privacy',
} as const;

export interface When {
  /** The requests that the fault is for. Default: all. */
  readonly at?: keyof typeof ENDPOINTS | `${'GET' | 'POST' | 'PUT' | 'DELETE'} /${string}`;
  /** How many of them. Default: all. */
  readonly times?: number;
}

export interface Box extends AsyncDisposable {
  /** Base URL of the admin API. */
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  readonly port: number;
  /** PEM of what to trust. */
  readonly ca: string;
  readonly daemon: Daemon;
  /** Every request that was received: method and path. */
  readonly requestLog: string[];
  /** The headers of those requests, in the same order. */
  readonly requestHeaders: ReadonlyArray<IncomingMessage['headers']>;
  readonly keys: {
    /** The keys that the box accepts, oldest first. */
    valid(): string[];
    /** Every key that was ever issued, those that a fault made up included. */
    issued(): string[];
  };
  /** From now on, the fault handles the requests that match; of several faults, the first that has times left. */
  inject(fault: Fault, when?: When): void;
  /** Restarts the daemon, which revokes all keys. */
  restart(): void;
  /** Serves another certificate. */
  serve(certificate: Certificate): void;
  /** Refuses connections from now on. */
  stop(): void;
  /** Listens again, on the same port. */
  start(): Promise<void>;
}

/** What nginx adds to successful responses below /admin. */
const ADMIN_HEADERS = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "frame-ancestors 'none';",
};
const CONTROL_PANEL =
  '<!DOCTYPE html>\n<html lang="en">\n  <head>\n    <title>Mail-in-a-Box Control Panel</title>\n  </head>\n</html>\n';
/** Node has to be told twice to speak TLS 1.1. */
const OLD_TLS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
/** Bytes; nginx rejects a longer header line. */
const MAX_HEADER_LINE = 8192;

/** Starts a stand-in Mail-in-a-Box on a loopback port. */
export async function startBox(options: BoxOptions = {}): Promise<Box> {
  const { accounts = [ADMIN], certificate: given = 'issued', protocol = 'tls' } = options;
  const { name = 'localhost', zone = 'example.com', clock: now = Date.now } = options;
  const { delay = 0, gatewayTimeout = 60_000 } = options;
  const { key, cert, ca } = typeof given === 'string' ? certificate(given) : given;

  const bans = new Bans(now);
  const onFailedLogin = (address: string) => bans.countFailure(address);
  const daemon = new Daemon({ accounts, zone, now, onFailedLogin });
  const requestLog: string[] = [];
  const requestHeaders: Array<IncomingMessage['headers']> = [];
  const keysSent = new Set<string>();
  const faults: Array<{ fault: Fault; endpoint: string | undefined; left: number }> = [];

  /** One gunicorn worker: one request at a time, in order, to the end even if nobody waits for it. */
  let worker: Promise<unknown> = Promise.resolve();
  async function forward(request: IncomingMessage, address: string): Promise<BoxResponse> {
    const { method = '', url = '/' } = request;
    const headers = request.headers as Record<string, string | undefined>;
    const body = await readText(request);
    const handled = worker.then(async () => {
      if (delay > 0) await pause(delay);
      const path = new URL(url, 'http://box').pathname.slice('/admin'.length);
      return daemon.handle({ method, path, headers, body, address });
    });
    worker = handled.catch(() => undefined);
    const gaveUp = pause(gatewayTimeout, nginxPage(504), { ref: false });
    return Promise.race([handled, gaveUp]);
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers, socket } = request;
    const { remoteAddress: address = '', remotePort } = socket;
    const work = async (): Promise<BoxResponse> => {
      if (request.rawHeaders.some((line) => line.length > MAX_HEADER_LINE)) return nginxPage(400);
      if (url === '/admin' || url === '/admin/') return text(CONTROL_PANEL);
      return url.startsWith('/admin/') ? forward(request, address) : nginxPage(404);
    };
    const respond = async (given?: BoxResponse): Promise<void> => {
      const { status, reason, headers: own, body } = given ?? (await work());
      const [, sent] = /"api_key": ?("(?:[^"\\]|\\.)*")/.exec(body.toString()) ?? [];
      if (sent !== undefined) keysSent.add(JSON.parse(sent));
      response.writeHead(status, reason, {
        Server: 'nginx',
        Date: new Date(now()).toUTCString(),
        ...(status < 300 && url.startsWith('/admin') ? ADMIN_HEADERS : {}),
        ...own,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    };
    const reset = () =>
      [...sockets].find((socket) => socket.remotePort === remotePort)?.resetAndDestroy();
    const ban = () => bans.ban(address);

    requestLog.push(`${method} ${url}`);
    requestHeaders.push(headers);
    const match = faults.find(
      ({ endpoint, left }) => left > 0 && (endpoint ?? requestLog.at(-1)) === requestLog.at(-1),
    );
    if (match === undefined) return respond();
    match.left -= 1;
    await match.fault({ request, response, handle: work, respond, reset, ban, stop });
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
    if (bans.isBanned(socket.remoteAddress ?? '')) socket.destroy();
  });
  const address = name === 'box.test' ? 'localhost' : name.replace(/[[\]]/g, '');
  const listen = (port: number) => once(server.listen(port, address), 'listening');
  const stop = () => void server.close();
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const host = `${name}:${port}`;

  return {
    url: `${protocol === 'http' ? 'http' : 'https'}://${host}/admin`,
    host,
    port,
    ca,
    daemon,
    requestLog,
    requestHeaders,
    keys: {
      valid: () => daemon.validKeys(),
      issued: () => [...new Set([...daemon.sessions.issued, ...keysSent])],
    },
    inject: (fault, { at, times = Number.POSITIVE_INFINITY } = {}) => {
      const [, endpoint = at] = Object.entries(ENDPOINTS).find(([name]) => name === at) ?? [];
      faults.push({ fault, endpoint, left: times });
    },
    restart: () => daemon.sessions.clear(),
    serve: (other) => httpsServer?.setSecureContext({ key: other.key, cert: other.cert }),
    stop,
    start: async () => void (await listen(port)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
