import type { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { certificateError } from './certificate.ts';
import { BoxError, PANEL_HOST, type Title } from './errors.ts';

/** The fields of Node's errors that are of use here. */
interface NetworkError extends Partial<NodeJS.ErrnoException> {
  readonly address?: string;
  readonly errors?: readonly NetworkError[];
}

const isNetworkError = (cause: unknown): cause is NetworkError => typeof cause === 'object' && cause !== null;

/** Node's code for an error; empty if it has none. */
export const codeOf = (cause: unknown) => (isNetworkError(cause) && cause.code) || '';

/** Node's words for the code of a system error. */
export const wordsFor = (code: string): string | undefined =>
  [...getSystemErrorMap().values()].find(([each]) => each === code)?.[1];

/** UNKNOWN is a system error that libuv has no code for, on Windows. */
const TRANSIENT =
  /^(timeout .*|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|UNKNOWN|EAI_AGAIN|ERR_(SOCKET_CLOSED|STREAM_PREM).*)$/;

/** What getaddrinfo returns for a name that doesn't exist; ENOENT on Windows, if it has no address. */
const NOT_FOUND = /^getaddrinfo (ENO|EAI_(FAIL|NO))/;

const UNREACHABLE = 'Box unreachable';
const NOT_SENT = 'No credentials were sent.';
const PORT = `${NOT_SENT} Check the port in 'host'.`;
const SERVER = `${NOT_SENT} Update the TLS settings of the server.`;
const HOST = `${NOT_SENT} ${PANEL_HOST}`;
const CHECK_DNS = "Check the runner's DNS settings, then re-run the job.";
const NO_RESPONSE = "couldn't be looked up: no response from this runner's name server";
const ADD_A_RECORD = 'Add an A record for it, or use a runner with IPv6.';
const ONLY_IPV6 = 'has only an IPv6 address, and this runner has no IPv6';
const NO_HANDSHAKE = "accepts connections, but didn't respond in the TLS handshake";
const MTU = `${NOT_SENT} Check the MTU of the runner's network (containers, VPN), and firewalls that inspect TLS.`;
/** By Node's codes (OpenSSL's reasons and the server's alerts too), or what was waited for. The first that matches. */
const REASONS: ReadonlyArray<readonly [code: RegExp, Title, why: string, remedy?: string]> = [
  [/^HPE_/, 'Not a Mail-in-a-Box API', "didn't return valid HTTP"],
  [/^ERR_SSL.*CERTIFICATE/, 'Blocked in front of the box', 'demands a client certificate'],
  [/VERSION_NUMBER|LENGTH_TOO_LONG|HTTP/, 'TLS failed', "doesn't speak TLS on this port", PORT],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, 'TLS failed', 'has no TLS 1.2 or later', SERVER],
  [/UNRECOGNIZED_NAME/, 'TLS failed', "doesn't know this host name", HOST],
  [/LEGACY_RENEGOTIATION/, 'TLS failed', 'has only an insecure form of TLS renegotiation', SERVER],
  [/(DH|EC|KEY)_.*TOO_SMALL|BAD_(DH|ECPOINT)|SMALL/, 'TLS failed', 'has a TLS key that is too small', SERVER],
  [/NO_SHARED|NO_CIPHER|HANDSHAKE_FAILURE/, 'TLS failed', 'shares no TLS cipher with this runner', SERVER],
  [/^(ERR_SSL|EPROTO)/, 'TLS failed', 'failed in the TLS handshake', SERVER],
  [NOT_FOUND, 'Host not found', "isn't in this runner's DNS"],
  [/EAI_AGAIN|timeout lookup/, UNREACHABLE, NO_RESPONSE, CHECK_DNS],
  [/^ERR_(SOCKET_CLOSED|STREAM_PREM)/, UNREACHABLE, 'closed the connection before the TLS handshake'],
  [/timeout (connect|proxy)/, UNREACHABLE, 'is unreachable: no connection in time'],
  [/timeout handshake/, UNREACHABLE, NO_HANDSHAKE, MTU],
  [/^IPv6 /, UNREACHABLE, ONLY_IPV6, ADD_A_RECORD],
];

/** What an error of Node's network stack means for whoever runs the workflow; undefined if it isn't one. @param name of
 * the host @param ca PEM of what was trusted instead of the public CAs @param certificate that the server sent */
export function diagnose(cause: unknown, name: string, ca?: string, certificate?: X509Certificate) {
  const error = isNetworkError(cause) ? mostInformative(cause) : {};
  const { code = '', syscall } = error;
  const prefix = lacksIPv6(error) ? 'IPv6 ' : syscall === 'getaddrinfo' ? 'getaddrinfo ' : '';
  const transient = TRANSIENT.test(code) && prefix !== 'IPv6 ';
  const known = REASONS.find(([pattern]) => pattern.test(prefix + code));
  const words = wordsFor(code);
  if (known !== undefined || words !== undefined) {
    const [, title, why, remedy] = known ?? [code, UNREACHABLE, `is unreachable: ${words}`];
    const nameNotFound = NOT_FOUND.test(prefix + code);
    return new BoxError(title, `${name} ${why}`, { cause, remedy, transient, nameNotFound });
  }
  return certificateError(cause, code, name, ca, certificate);
}

/** Of the errors of several addresses, one that says more than that the runner has no IPv6. */
function mostInformative(error: NetworkError): NetworkError {
  const errors = error.errors ?? [];
  return errors.findLast((each) => !lacksIPv6(each)) ?? errors[0] ?? error;
}

const lacksIPv6 = ({ code = '', address = '' }: NetworkError) =>
  isIPv6(address) && /^(ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(code);
