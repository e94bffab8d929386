import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, json, nginxPage } from './answers.ts';

/** A request on its way through the box. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Has the daemon do its work: after it a login has granted a key, whether the answer arrives or not. */
  ask(): Promise<Answer>;
  /** Resets the connection below TLS, as a router or a kernel does. */
  reset(): void;
  /** Answers as the box would, or with something else. */
  send(answer?: Answer): Promise<void>;
}

/** Something that goes wrong with an exchange. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

const BUSY = {
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
} as const;

/** Answers with other content than the daemon's. */
export function answerWith(
  body: string | Uint8Array,
  status = 200,
  headers: Readonly<Record<string, string>> = { 'Content-Type': 'application/json' },
): Fault {
  return ({ send }) => send({ status, headers, body });
}

/** Answers like nginx does for a daemon that is away or slow. */
export function busy(status: 429 | 502 | 503 | 504, retryAfter?: string): Fault {
  const headers = retryAfter === undefined ? {} : { 'Retry-After': retryAfter };
  return ({ send }) => send(nginxPage(status, BUSY[status], headers));
}

/** Redirects to another address. */
export function redirect(location: string, status = 301): Fault {
  return ({ send }) => send(nginxPage(status, 'Moved Permanently', { Location: location }));
}

/** Changes fields of the daemon's own JSON answer: a value in place of another, or none for `undefined`. */
export function change(fields: Readonly<Record<string, unknown>>): Fault {
  return async ({ ask, send }) =>
    send(json({ ...JSON.parse((await ask()).body.toString()), ...fields }));
}

/** The faults of the network, and those of a server that does not finish. */
export const NETWORK_FAULTS = {
  /** The connection is reset before the daemon gets to see the request. */
  reset: ({ reset }) => reset(),
  /** The daemon does its work, then the connection is reset. */
  'reset-after-work': async ({ ask, reset }) => {
    await ask();
    reset();
  },
  /** The connection is reset in the middle of the answer's head. */
  'reset-in-head': async ({ request, ask, reset }) => {
    await ask();
    request.socket.write('HTTP/1.1 200 OK\r\nContent-');
    await pause(20);
    reset();
  },
  /** The connection is reset in the middle of the answer's body. */
  'reset-in-answer': async (exchange) => {
    await begin(exchange);
    exchange.reset();
  },
  /** The connection is closed without an answer. */
  close: ({ request }) => {
    request.socket.end();
  },
  /** The answer ends before its declared length. */
  'cut-short': async (exchange) => {
    await begin(exchange);
    exchange.request.socket.end();
  },
  /** The answer ends without its last chunk. */
  'cut-chunk': async ({ request, response, ask }) => {
    const { body } = await ask();
    response.writeHead(200, { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' });
    response.write(body);
    await pause(20);
    request.socket.end();
  },
  /** No answer ever comes. */
  silent: async ({ ask }) => {
    await ask();
  },
  /** The answer comes a byte a second. */
  drip: async ({ response, ask }) => {
    const { body } = await ask();
    response.writeHead(200, { 'Content-Length': body.length });
    for (const character of body.toString()) {
      if (response.destroyed) return;
      response.write(character);
      await pause(1000, undefined, { ref: false });
    }
    response.end();
  },
  /** The answer never ends. */
  endless: async ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    while (!response.destroyed) {
      if (!response.write(' '.repeat(65_536))) await pause(1, undefined, { ref: false });
    }
  },
} as const satisfies Record<string, Fault>;

/** By the names that `npm run box` takes. */
export const FAULTS: Readonly<Record<string, Fault>> = {
  ...NETWORK_FAULTS,
  429: busy(429, '5'),
  502: busy(502),
  503: busy(503, '5'),
  504: busy(504),
  404: answerWith('', 404),
  500: answerWith('', 500),
  redirect: redirect('https://elsewhere.example/admin/login'),
  html: answerWith('<!doctype html><title>Hello</title>', 200, { 'Content-Type': 'text/html' }),
  nothing: answerWith(''),
  'broken-json': answerWith('{"status": "ok'),
  'other-json': answerWith('["ok"]'),
  'other-encoding': answerWith(Buffer.from('{"status": "\u00e9"}', 'latin1')),
  'hostile-text': answerWith(
    JSON.stringify({ status: 'invalid', reason: 'x\n::error::y ##[error]z \u001b[31m' }),
  ),
  'hostile-key': change({ api_key: '$(id)' }),
  'other-account': change({ email: 'other@example.com' }),
  'lying-logout': answerWith('{\n  "status": "ok"\n}\n'),
};

/** Sends the head of the daemon's answer and half of its body. */
async function begin({ response, ask }: Exchange): Promise<void> {
  const { status, headers, body } = await ask();
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.write(body.slice(0, body.length / 2));
  await pause(20);
}
