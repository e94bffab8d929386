import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, json, nginxPage } from './answers.ts';

/** A request on its way through the box. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Has the daemon do its work: after it a login has granted a key, whether the answer arrives or not. */
  ask(): Promise<Answer>;
  /** Answers as the box would, or with something else. */
  send(answer?: Answer): Promise<void>;
  /** Resets the connection below TLS, as a router or a kernel does. */
  reset(): void;
  /** Bans the address that asks, as fail2ban does. */
  ban(): void;
  /** Has the box listen no more. */
  goAway(): void;
}

/** Something that goes wrong with an exchange. */
export type Fault = (exchange: Exchange) => Promise<void> | void;

/** A fault that `npm run box` takes by name, and what happens by it, in a sentence. */
export type NamedFault = Fault & { readonly what: string };

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
  return async ({ ask, send }) => {
    const { body } = await ask();
    return send(json({ ...JSON.parse(body.toString()), ...fields }));
  };
}

function named(what: string, fault: Fault): NamedFault {
  // A function of its own, so that one fault can go by two names.
  return Object.assign((exchange: Exchange) => fault(exchange), { what });
}

/** What the network does, and a server that does not finish. */
export const NETWORK_FAULTS = {
  reset: named('The connection is reset before the daemon sees the request.', ({ reset }) =>
    reset(),
  ),
  'reset-after-work': named(
    'The daemon does its work, then the connection is reset.',
    async ({ ask, reset }) => {
      await ask();
      reset();
    },
  ),
  'reset-in-head': named(
    "The connection is reset in the middle of the answer's head.",
    async ({ request, ask, reset }) => {
      await ask();
      request.socket.write('HTTP/1.1 200 OK\r\nContent-');
      await pause(20);
      reset();
    },
  ),
  'reset-in-answer': named(
    "The connection is reset in the middle of the answer's body.",
    async (exchange) => {
      await begin(exchange);
      exchange.reset();
    },
  ),
  close: named('The connection is closed without an answer.', ({ request }) => {
    request.socket.end();
  }),
  'cut-short': named('The answer ends before its declared length.', async (exchange) => {
    await begin(exchange);
    exchange.request.socket.end();
  }),
  'cut-chunk': named(
    'The answer ends without its last chunk.',
    async ({ request, response, ask }) => {
      const { body } = await ask();
      response.writeHead(200, {
        'Content-Type': 'application/json',
        'Transfer-Encoding': 'chunked',
      });
      response.write(body);
      await pause(20);
      request.socket.end();
    },
  ),
  silent: named('No answer ever comes.', async ({ ask }) => {
    await ask();
  }),
  drip: named('The answer comes a byte a second.', async ({ response, ask }) => {
    const { body } = await ask();
    response.writeHead(200, { 'Content-Length': body.length });
    for (const character of body.toString()) {
      if (response.destroyed) return;
      response.write(character);
      await pause(1000, undefined, { ref: false });
    }
    response.end();
  }),
  endless: named('The answer never ends.', async ({ response }) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    while (!response.destroyed) {
      if (!response.write(' '.repeat(65_536))) await pause(1, undefined, { ref: false });
    }
  }),
} as const satisfies Record<string, NamedFault>;

const HOSTILE = 'x\n::error::injected\r\u2028##[error]injected \u001b[31mred $(id) `id`';

/** By the names that `npm run box` takes. */
export const FAULTS = {
  ...NETWORK_FAULTS,
  gone: named('The box answers, and from then on refuses every connection.', async (exchange) => {
    await exchange.send();
    exchange.goAway();
  }),
  ban: named(
    'The box answers, and from then on bans the address for ten minutes.',
    async (exchange) => {
      await exchange.send();
      exchange.ban();
    },
  ),

  429: named('HTTP 429, with a Retry-After of 5 s.', busy(429, '5')),
  502: named('HTTP 502: the daemon restarts.', busy(502)),
  503: named('HTTP 503, with a Retry-After that is a date in 5 s.', (exchange) =>
    busy(503, new Date(Date.now() + 5_000).toUTCString())(exchange),
  ),
  504: named(
    'HTTP 504: nginx gives up, and the daemon does its work all the same.',
    async (exchange) => {
      await exchange.ask();
      return busy(504)(exchange);
    },
  ),
  'long-wait': named('HTTP 503, with a Retry-After of an hour.', busy(503, '3600')),

  101: named('HTTP 101, an offer to speak another protocol.', ({ request }) => {
    request.socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    );
  }),
  404: named('HTTP 404.', answerWith('', 404)),
  500: named('HTTP 500, after the daemon did its work.', async (exchange) => {
    await exchange.ask();
    return answerWith('', 500)(exchange);
  }),
  201: named("The box's own answer, with HTTP 201.", async ({ ask, send }) =>
    send({ ...(await ask()), status: 201 }),
  ),
  redirect: named('A redirect to another host.', redirect('https://elsewhere.example/admin')),
  'redirect-here': named('A redirect to the same host.', (exchange) =>
    redirect(`https://${exchange.request.headers.host}/elsewhere`)(exchange),
  ),
  'redirect-http': named('A redirect to the same host without TLS.', (exchange) =>
    redirect(`http://${exchange.request.headers.host}/admin`)(exchange),
  ),

  html: named(
    'An HTML page.',
    answerWith('<!doctype html><title>Hello</title>', 200, { 'Content-Type': 'text/html' }),
  ),
  nothing: named('An empty answer.', answerWith('')),
  'broken-json': named('JSON that does not parse.', answerWith('{"status": "ok')),
  'other-json': named('JSON of another type.', answerWith('["ok"]')),
  'wrong-types': named('JSON with a number as status.', answerWith('{"status": 7}')),
  'unknown-status': named('JSON with a status that no box has.', answerWith('{"status": "maybe"}')),
  'other-encoding': named(
    'JSON in Latin-1.',
    answerWith(Buffer.from('{"status": "\u00e9"}', 'latin1')),
  ),
  compressed: named('A compressed answer, unasked.', async ({ ask, send }) => {
    const { headers, body } = await ask();
    return send({
      status: 200,
      headers: { ...headers, 'Content-Encoding': 'gzip' },
      body: gzipSync(body),
    });
  }),
  bom: named(
    "The box's own answer after a byte order mark, which is forgiven.",
    async ({ ask, send }) => {
      const answer = await ask();
      return send({ ...answer, body: `\ufeff${answer.body}` });
    },
  ),

  'hostile-text': named(
    'Workflow commands and terminal sequences as the reason of a refusal.',
    answerWith(JSON.stringify({ status: 'invalid', reason: HOSTILE })),
  ),
  'hostile-header': named(
    'Workflow commands in the target of a redirect.',
    redirect('https://elsewhere.example/::error::injected##[error]injected'),
  ),
  echo: named("The sender's own Authorization header as the reason of a refusal.", (exchange) => {
    const reason = exchange.request.headers.authorization ?? '';
    return answerWith(JSON.stringify({ status: 'invalid', reason }))(exchange);
  }),
  'hostile-key': named('A key that a shell would run.', change({ api_key: '$(id)' })),
  'hostile-email': named(
    'A key for an account that a shell would run.',
    change({ email: HOSTILE }),
  ),
  'hostile-privileges': named(
    'A key with privileges that a shell would run.',
    change({ privileges: ['admin', HOSTILE] }),
  ),
  'other-account': named('A key for another account.', change({ email: 'other@example.com' })),
  'refused-with-key': named('A refusal with a key beside it.', change({ status: 'invalid' })),
  'lying-logout': named('`ok`, and nothing was done.', answerWith('{\n  "status": "ok"\n}\n')),
} as const satisfies Record<string, NamedFault>;

/** Sends the head of the daemon's answer and half of its body. */
async function begin({ response, ask }: Exchange): Promise<void> {
  const { status, headers, body } = await ask();
  response.writeHead(status, { ...headers, 'Content-Length': body.length });
  response.write(body.slice(0, body.length / 2));
  await pause(20);
}
