import http from 'node:http';
import type { Socket } from 'node:net';
import { HttpClient } from '@actions/http-client';
import { type BoxRequest, openTls } from './connect.ts';
import { CLIENT_CERT, codeOf, diagnose, wordsFor } from './diagnose.ts';
import { BoxError } from './errors.ts';
import { openTunnel } from './proxy.ts';

/** Bytes of a response that are read: of its headers, and of its body. A MeResponse has about 200. */
const MAX_HEADERS = 66_000;
const MAX_BYTES = 1_000_000;

export interface BoxResponse {
  readonly url: URL;
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Empty unless the status is 200. */
  readonly body: string;
  /** Milliseconds that the sender's clock is ahead of this one, by the `Date` header. */
  readonly clockAhead: number;
}

/** Sends one request, once: no retry, no redirect followed, no connection used twice. @throws BoxError */
export async function send(request: BoxRequest): Promise<BoxResponse> {
  const tunnel = await openTunnel(request);
  const socket = await openTls(request, tunnel);
  request.attempt.phase = 'response';
  return exchange(request, socket);
}

/** Errors from here on may have lost a key. */
async function exchange(request: BoxRequest, socket: Socket): Promise<BoxResponse> {
  const { url, attempt } = request;
  try {
    attempt.sent.addEventListener('abort', () => socket.destroy());
    const message = await sendAndReadHead(request, socket);
    const { statusCode: status = 0, headers } = message;
    const body = status === 200 ? await readBody(message, url) : '';
    // `Date` counts whole seconds, so the middle of that second is the best guess.
    const clockAhead = Date.parse(headers.date ?? '') + 500 - Date.now() || 0;
    return { url, status, headers, body, clockAhead };
  } catch (error) {
    throw error instanceof BoxError ? error : exchangeError(error, url, attempt.sent.aborted);
  } finally {
    socket.destroy();
  }
}

function sendAndReadHead({ method, url, headers: given }: BoxRequest, socket: Socket): Promise<http.IncomingMessage> {
  const request = { method, path: url.pathname, headers: { Host: url.host, ...given }, createConnection: () => socket };
  // As curl does, accept folded headers, control characters, a length beside chunks, and bare line feeds. No other
  // response follows on this connection that one could be smuggled into.
  const options: http.RequestOptions = { ...request, insecureHTTPParser: true, maxHeaderSize: MAX_HEADERS };
  return new Promise((resolve, reject) => {
    // After a 101 response, Node closes the connection without another event.
    socket.once('close', () => reject({ code: 'ECONNRESET' }));
    new HttpClient().requestRawWithCallback({ options, parsedUrl: url, httpModule: http }, '', (error, response) =>
      response === undefined ? reject(error) : resolve(response.message),
    );
  });
}

async function readBody(message: http.IncomingMessage, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES)
      throw new BoxError('Not a Mail-in-a-Box API', `${url} sent more than 1 MB`, { responseLost: true });
  }
  return Buffer.concat(chunks).toString();
}

function exchangeError(cause: unknown, { host }: URL, timedOut: boolean): unknown {
  const lost = { cause, transient: true, responseLost: true, timedOut };
  if (timedOut) return new BoxError('Box busy', `${host} didn't respond`, lost);
  const code = codeOf(cause);
  // With TLS 1.3, it is demanded only now, and no key was issued.
  if (CLIENT_CERT.test(code)) return diagnose(cause, host);
  if (code.startsWith('HPE_')) return diagnose(cause, host)?.with({ responseLost: true });
  // Not an error of the connection.
  if (!/^(ERR_SSL|EPROTO|ERR_SOCKET_CLOSED|ERR_STREAM_PREM)/.test(code) && wordsFor(code) === undefined) return cause;
  const message = `${host} closed the connection before its response was complete`;
  const remedy = 'The box or its web server probably restarted. Re-run the job.';
  return new BoxError('Box unreachable', message, { ...lost, remedy });
}
