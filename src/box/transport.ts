import type { IncomingMessage, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { finished } from 'node:stream';
import { checkServerIdentity } from 'node:tls';
import { HttpClient } from '@actions/http-client';
import { BasicCredentialHandler } from '@actions/http-client/lib/auth';
import { basicCredentials, type Credentials } from './credentials.ts';
import { AnswerError } from './errors.ts';
import { explain } from './failures.ts';
import { proxyFor } from './proxy.ts';
import { keepSecret } from './secrets.ts';

/** Bytes of an answer that are read; a MeResponse has some 200. */
const MAX_BYTES = 1_000_000;

/**
 * For glibc's resolver, where nothing else is set: a name look-up that is under way cannot be ended, and Node does not
 * exit before it. By itself glibc asks each name server twice, for 5 s.
 */
const RES_OPTIONS = 'timeout:2 attempts:1';

/** Whatever the environment says. */
const TLS = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;

/** One request to the admin API. */
export interface Request {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly userAgent: string;
  readonly credentials: Credentials;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the certificates to trust in place of the public CAs. */
  readonly ca: string | undefined;
  /** Ends the attempt, whatever it is at. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Uint8Array;
  /** When it arrived and what its `Date` header says, in milliseconds since 1970. */
  readonly arrived: number;
  readonly date: number | undefined;
}

/**
 * Sends one request, once: no retry, no redirect followed, no connection used twice. The certificate and name of
 * the box are verified before a credential leaves, TLS 1.2 at least, whatever the environment says.
 *
 * @throws ConnectionError, ProxyError, ProxySettingError, HostUnknownError, CertificateError, TlsError, AnswerError
 */
export async function send(request: Request): Promise<Answer> {
  const { method, url, userAgent, credentials, headers, signal } = request;
  keepSecret(credentials.secret);
  keepSecret(basicCredentials(credentials));
  process.env['RES_OPTIONS'] ??= RES_OPTIONS;
  const wire = new Wire(request);
  try {
    wire.proxy = proxyFor(url);
    const client = new HttpClient(
      userAgent,
      [new BasicCredentialHandler(credentials.email, credentials.secret), wire],
      // Kept alive, since the process need not wait for the end of such a connection.
      { allowRedirects: false, allowRetries: false, keepAlive: true },
    );
    const { message } = await unlessAborted(client.request(method, url, null, headers), signal);
    const { statusCode: status = 0 } = message;
    const date = Date.parse(message.headers.date ?? '');
    return {
      url,
      status,
      headers: message.headers,
      body: await read(message, url),
      arrived: Date.now(),
      date: Number.isNaN(date) ? undefined : date,
    };
  } catch (error) {
    throw explain(error, {
      url,
      ...wire,
      aborted: signal.aborted,
      ownCa: request.ca !== undefined,
    });
  }
}

/** Sets up the connection; knows afterwards how far it came. */
class Wire {
  readonly #request: Request;
  proxy: string | undefined;
  /** Whether the box had proven who it is, so that the request may have reached it; at once without TLS. */
  verified: boolean;

  constructor(request: Request) {
    this.#request = request;
    this.verified = request.url.startsWith('http:');
  }

  prepareRequest(options: RequestOptions): void {
    const { ca, signal, userAgent } = this.#request;
    // The library adds the id of the workflow run, which is no business of the box.
    Object.assign(options.headers ?? {}, { 'user-agent': userAgent });
    options.signal = signal;
    const { agent, host } = options;
    if (typeof agent !== 'object' || !('options' in agent)) throw new Error('No agent to set up');
    Object.assign(agent.options ?? {}, {
      ...(ca === undefined ? {} : { ca }),
      ...TLS,
      checkServerIdentity: (...given: Parameters<typeof checkServerIdentity>) => {
        const refusal = checkServerIdentity(...given);
        this.verified = refusal === undefined;
        return refusal;
      },
    });
    if ('proxyOptions' in agent) {
      // What `tunnel` sends to the proxy goes by these: it shall not outlive the attempt, and a proxy with TLS be verified
      // by its own name, in place of that in the Host header.
      const { host: name = '' } = agent.proxyOptions as { host?: string };
      Object.assign(agent.proxyOptions as object, {
        signal,
        servername: isIP(name) ? '' : name,
        ...TLS,
      });
    } else {
      // The library takes the brackets of an IPv6 address for a part of the name.
      options.host = host?.replace(/^\[(.*)\]$/, '$1');
    }
  }

  canHandleAuthentication(): boolean {
    return false;
  }

  handleAuthentication(): Promise<never> {
    return Promise.reject(new Error('The box never asks for another kind of credentials'));
  }
}

/** Some requests never settle: after an answer of 101, Node drops the connection without a word. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, aborted]);
}

/** The body of a good answer; those of others are not looked at. */
async function read(message: IncomingMessage, url: string): Promise<Uint8Array> {
  const { statusCode: status = 0 } = message;
  if (status < 200 || status > 299) {
    message.destroy();
    return new Uint8Array();
  }
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    message.on('data', (chunk: Uint8Array) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) message.destroy(new AnswerError(url, 'it sent more than 1 MB'));
    });
    finished(message, (error) => (error ? reject(error) : resolve(Buffer.concat(chunks))));
  });
}

/**
 * The JSON object in an answer; a byte order mark before it is forgiven.
 *
 * @throws AnswerError that says what came instead, never with a part of it: there may be a key in it
 */
export function parseJson({ url, headers, body }: Answer): Readonly<Record<string, unknown>> {
  if (body.length === 0) throw new AnswerError(url, 'it sent nothing');
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw new AnswerError(url, 'it sent compressed data, unasked');
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new AnswerError(url, 'it sent text in another encoding than UTF-8');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AnswerError(
      url,
      /^\s*</.test(text) ? 'it sent an HTML page' : 'it sent text that is not JSON',
    );
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
    throw new AnswerError(url, `it sent JSON that is no object, but: ${kind}`);
  }
  return value as Record<string, unknown>;
}
