import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { nginxPage, type Reply } from './replies.ts';

/** A request on its way through the box. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Lets the daemon handle the request: from then on a login has issued a key, even if no response arrives. */
  handle(): Promise<Reply>;
  /** Responds as the box would, or with something else. */
  respond(response?: Reply): Promise<void>;
  /** Resets the connection below TLS, as a router or kernel does. */
  reset(): void;
  /** Bans the client's address, as fail2ban does. */
  ban(): void;
}

/** Something that goes wrong with an exchange. */
export type Fault = (exchange: Exchange) => unknown;

/** Responds with something else than the daemon. */
export function respondWith(
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): Fault {
  return ({ respond }) => respond({ status, headers, body });
}

/** Responds with a page of nginx, which forwards nothing to the daemon. */
function nginx(...page: Parameters<typeof nginxPage>): Fault {
  return ({ respond }) => respond(nginxPage(...page));
}

export function redirect(location: string): Fault {
  return nginx(301, { Location: location });
}

/** Sends the head of the daemon's response and half of its body. */
async function respondHalf({ response, handle }: Exchange): Promise<void> {
  const { status, headers, body } = await handle();
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.write(body.slice(0, body.length / 2));
  await pause(20);
}

/** By name, for the option `--fault` of `npm run box`. */
export const FAULTS = {
  reset: ({ reset }) => reset(),
  'reset-after-login': ({ handle, reset }) => handle().then(reset),
  'reset-in-head': async ({ request, handle, reset }) => {
    await handle();
    request.socket.write('HTTP/1.1 200 OK\r\nContent-');
    await pause(20);
    reset();
  },
  'reset-in-body': (exchange) => respondHalf(exchange).then(exchange.reset),
  close: ({ request }) => request.socket.end(),
  'cut-short': (exchange) => respondHalf(exchange).then(() => exchange.request.socket.end()),
  silent: ({ handle }) => handle(),
  drip: async ({ response, handle }) => {
    const { body } = await handle();
    response.writeHead(200, { 'Content-Length': body.length });
    for (const character of body) {
      if (response.destroyed) return;
      response.write(character);
      await pause(1000, undefined, { ref: false });
    }
  },
  endless: async ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    while (!response.destroyed) {
      if (!response.write(' '.repeat(65_536))) await pause(1, undefined, { ref: false });
    }
  },
  ban: ({ respond, ban }) => respond().then(ban),
  101: ({ request }) =>
    request.socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  401: respondWith('', 401, { 'WWW-Authenticate': 'Basic realm="Staff only"' }),
  403: nginx(403),
  404: nginx(404),
  429: nginx(429, { 'Retry-After': '5' }),
  500: (exchange) => exchange.handle().then(() => respondWith('', 500, {})(exchange)),
  502: nginx(502),
  503: nginx(503),
  // nginx gives up; the daemon handles the request anyway.
  504: (exchange) => exchange.handle().then(() => nginx(504)(exchange)),
  520: respondWith('', 520, { Server: 'cloudflare' }),
  'long-wait': nginx(503, { 'Retry-After': '3600' }),
  redirect: redirect('https://elsewhere.test/admin/login'),
  html: respondWith('<!doctype html><title>Hello</title>', 200, { 'Content-Type': 'text/html' }),
  empty: respondWith(''),
  'broken-json': respondWith('{"status": "ok'),
  'other-json': respondWith('["ok"]'),
  'lying-logout': respondWith('{"status": "ok"}'),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
