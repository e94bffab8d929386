import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import { type Answer, nginxPage, text } from './answers.ts';
import { Bans } from './bans.ts';
import { type Certificate, type CertificateKind, makeCertificate } from './certificate.ts';
import { type Account, Daemon } from './daemon.ts';
import type { Fault } from './faults.ts';

export interface BoxOptions {
  readonly accounts?: readonly Account[];
  /** A kind to make, or one made before. Default: `issued`. */
  readonly certificate?: CertificateKind | Certificate;
  /** Default: `https`. */
  readonly scheme?: 'https' | 'http';
  /** Speak TLS 1.0 and 1.1 only. */
  readonly oldTls?: boolean;
  /** Milliseconds that the daemon takes for each request. Default: 0; on a real box some 60. */
  readonly delay?: number;
  /** Milliseconds after which nginx no longer waits for the daemon. Default: 60,000. */
  readonly gatewayTimeout?: number;
  /** Port to listen on. Default: a free one. */
  readonly port?: number;
  /** Name of the box, in its certificate and URL. Default: `localhost`. */
  readonly name?: string;
  /** The box's clock, in milliseconds since 1970. Default: that of this machine. */
  readonly clock?: () => number;
  /** The zone that the box looks after. */
  readonly zone?: string;
}

/** A request that came through, for tests to look at. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

/** When a fault strikes. */
export interface Strike {
  /** Such as `POST /admin/login`. Default: at each request. */
  readonly at?: string;
  /** How many times. Default: until the box is closed. */
  readonly times?: number;
}

export interface Box {
  /** Base URL of the admin API. */
  readonly url: string;
  /** Host and port. */
  readonly host: string;
  readonly port: number;
  /** Where it redirects to https, as a real box does on port 80. */
  readonly plainUrl: string;
  /** PEM of what to trust. */
  readonly ca: string;
  readonly daemon: Daemon;
  readonly requests: SeenRequest[];
  /** Every key in its answers, those that a fault made up among them. */
  readonly keysSent: string[];
  /** How many connections were opened. */
  readonly connections: number;
  /** Milliseconds that are added to the box's clock. */
  clockAhead: number;
  /** While false, nginx answers 502. */
  daemonRuns: boolean;
  /** Has a fault strike at requests from now on; of several for one request, the first. */
  strike(fault: Fault, when?: Strike): void;
  /** Bans an address, as 20 failed logins within 30 s do. */
  ban(address: string): void;
  /** Restarts the daemon, which ends all sessions. */
  restart(): void;
  /** Serves another certificate from now on. */
  serve(certificate: Certificate): void;
  /** Refuses all connections. */
  goAway(): void;
  /** Listens again, on the same port. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** What OpenSSL offers by itself no more. */
const OLD_TLS = {
  minVersion: 'TLSv1',
  maxVersion: 'TLSv1.1',
  ciphers: 'DEFAULT@SECLEVEL=0',
} as const;

/** What nginx adds to the good answers of the daemon. */
const ADMIN_HEADERS = {
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "frame-ancestors 'none';",
};
const CONTROL_PANEL =
  '<!DOCTYPE html>\n<html lang="en">\n  <head>\n    <title>Mail-in-a-Box Control Panel</title>\n  </head>\n</html>\n';

/** Starts a stand-in Mail-in-a-Box on a loopback port. */
export async function startBox(options: BoxOptions = {}): Promise<Box> {
  const {
    accounts = [],
    certificate = 'issued',
    scheme = 'https',
    oldTls = false,
    delay = 0,
    port = 0,
    gatewayTimeout = 60_000,
  } = options;
  const { name = 'localhost', zone = 'example.com', clock = Date.now } = options;
  const { key, cert, ca } =
    typeof certificate === 'string' ? makeCertificate(certificate, name) : certificate;
  const now = () => clock() + box.clockAhead;
  const bans = new Bans(now);
  const daemon = new Daemon(now, zone, (address) => bans.failed(address));
  for (const account of accounts) daemon.setAccount(account);

  let busy: Promise<unknown> = Promise.resolve();
  /** One gunicorn worker: one request at a time, in the order of their arrival, to the end even if nobody waits. */
  async function ask(request: IncomingMessage): Promise<Answer> {
    const body = await readText(request);
    const answered = busy.then(async () => {
      if (delay > 0) await pause(delay);
      const { pathname } = new URL(request.url ?? '/', 'http://box');
      return daemon.answer({
        method: request.method ?? '',
        path: pathname.slice('/admin'.length),
        headers: headersOf(request),
        body,
        address: request.socket.remoteAddress ?? '',
      });
    });
    // A failure of one request is not one of the next.
    busy = answered.catch(() => undefined);
    const impatience = new AbortController();
    const patience = pause(gatewayTimeout, nginxPage(504, 'Gateway Time-out'), {
      signal: impatience.signal,
    }).catch(() => nginxPage(502, 'Bad Gateway'));
    try {
      return await Promise.race([answered, patience]);
    } finally {
      impatience.abort();
    }
  }

  const strikes: Array<{ fault: Fault; at: string | undefined; left: number }> = [];
  function nextFault(method: string, path: string): Fault {
    const strike = strikes.find(
      ({ at, left }) => left > 0 && (at === undefined || at === `${method} ${path}`),
    );
    if (strike === undefined) return ({ send }) => send();
    strike.left -= 1;
    return strike.fault;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '/', headers } = request;
    if (bans.isBanned(request.socket.remoteAddress ?? '')) {
      request.socket.destroy();
      return;
    }
    box.requests.push({ method, path, headers });
    const work = async () => {
      if (path === '/admin' || path === '/admin/') return text(CONTROL_PANEL);
      if (!path.startsWith('/admin/')) return nginxPage(404, 'Not Found');
      return box.daemonRuns ? ask(request) : nginxPage(502, 'Bad Gateway');
    };
    const send = async (answer?: Answer) => {
      const { status, headers: own, body } = answer ?? (await work());
      const [, key] = /"api_key": ?"((?:[^"\\]|\\.)*)"/.exec(body.toString()) ?? [];
      if (key !== undefined) box.keysSent.push(JSON.parse(`"${key}"`));
      response.writeHead(status, {
        Server: 'nginx',
        Date: new Date(now()).toUTCString(),
        ...(status < 300 && path.startsWith('/admin') ? ADMIN_HEADERS : {}),
        ...own,
        'Content-Length': Buffer.byteLength(body),
      });
      response.end(body);
    };
    const { remoteAddress = '', remotePort } = request.socket;
    const reset = () =>
      [...sockets].find((socket) => socket.remotePort === remotePort)?.resetAndDestroy();
    const ban = () => box.ban(remoteAddress);
    const { goAway } = box;
    await nextFault(method, path)({ request, response, ask: work, send, reset, ban, goAway });
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      // Whoever asked has gone.
      if (request.destroyed && !request.complete) return;
      console.error('The stand-in box failed:', error);
      response.destroy();
    });
  };
  const server =
    scheme === 'https'
      ? createHttps({ key, cert, ...(oldTls ? OLD_TLS : {}) }, listener)
      : createHttp(listener);
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    if (bans.isBanned(socket.remoteAddress ?? '')) socket.destroy();
  });
  const listensOn = await listen(server, port);
  const host = `${name}:${listensOn}`;
  // Port 80 of a real box: a redirect, whatever is asked.
  const plain = createHttp(({ url = '/' }, response) => {
    const { status, headers, body } = nginxPage(301, 'Moved Permanently', {
      Location: `https://${host}${url}`,
    });
    response.writeHead(status, { Server: 'nginx', ...headers }).end(body);
  });
  const plainPort = await listen(plain, 0);

  const box: Box = {
    url: `${scheme}://${host}/admin`,
    host,
    port: listensOn,
    plainUrl: `http://${name}:${plainPort}`,
    ca,
    daemon,
    requests: [],
    keysSent: [],
    get connections() {
      return connections;
    },
    clockAhead: 0,
    daemonRuns: true,
    strike: (fault, { at, times = Number.POSITIVE_INFINITY } = {}) => {
      strikes.push({ fault, at, left: times });
    },
    ban: (address) => bans.ban(address),
    restart: () => daemon.sessions.clear(),
    serve: (other) => {
      if (server instanceof TlsServer)
        server.setSecureContext({ key: other.key, cert: other.cert });
    },
    goAway: () => {
      server.close();
    },
    comeBack: async () => {
      await listen(server, listensOn);
    },
    close: () =>
      new Promise((resolve) => {
        plain.close();
        plain.closeAllConnections();
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return box;
}

/** @returns the port */
async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function headersOf({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}
