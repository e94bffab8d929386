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

export const wordsFor = (code: string) => [...getSystemErrorMap().values()].find(([each]) => each === code)?.[1];

/** UNKNOWN is a system error that libuv has no code for, on Windows. */
const TRANSIENT =
  /^(timeout .*|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|UNKNOWN|EAI_AGAIN|ERR_(SOCKET_CLOSED|STREAM_PREM).*)$/;

/** What getaddrinfo returns for a name that doesn't exist; ENOENT on Windows, if it has no address. */
const NOT_FOUND = /^getaddrinfo (ENO(TF|D|ENT)|EAI_(ADDRF|FAIL$|NO))/;
/** An alert of the server. With TLS 1.3, it comes after the request was sent. */
export const CLIENT_CERT = /^ERR_SSL.*ALERT.*CERTIFICATE/;

const UNREACHABLE = 'Box unreachable';
const NOT_SENT = 'No credentials were sent.';
const SERVER = `${NOT_SENT} Check the TLS settings of the server.`;
const CHECK_DNS = "Check that the box is up, if it serves its own DNS, and the runner's DNS settings.";
const NO_LOOKUP = "couldn't be looked up: a name server failed or didn't respond";
const ADD_A_RECORD = 'Add an A record for it, or use a runner with IPv6.';
const MTU = `${NOT_SENT} Check the MTU of the runner's network (containers, VPN), and firewalls that inspect TLS.`;
/** By Node's codes (OpenSSL's reasons and the server's alerts too), or what was waited for. The first that matches. */
const REASONS: ReadonlyArray<readonly [code: RegExp, Title, why: string, remedy?: string]> = [
  [/^HPE_/, 'Not a Mail-in-a-Box API', "didn't return valid HTTP"],
  [CLIENT_CERT, 'Blocked in front of the box', 'requires a client certificate'],
  [/^ERR_SSL.*(WRONG_VERS|PACKET_LEN|_HTTP|RECORD_[LT])/, 'TLS failed', "doesn't speak TLS on this port"],
  [/^ERR_SSL.*(UNSUPPORTED_PROT|PROTOCOL_VERS)/, 'TLS failed', 'has no TLS 1.2 or later', SERVER],
  [/^ERR_SSL.*UNRECOGNIZED_NAME/, 'TLS failed', "doesn't know this host name", `${NOT_SENT} ${PANEL_HOST}`],
  [/_HANDSHAKE_FAILURE|_NO_SHARED/, 'TLS failed', 'shares no TLS cipher, or requires a client certificate', SERVER],
  [/^(ERR_SSL|EPROTO)/, 'TLS failed', 'failed in the TLS handshake (REASON)', SERVER],
  [NOT_FOUND, 'Host not found', "isn't in this runner's DNS"],
  [/EAI_AGAIN$|^timeout lookup/, UNREACHABLE, NO_LOOKUP, CHECK_DNS],
  [/^ERR_(SOCKET_CLOSED|STREAM_PREM)/, UNREACHABLE, 'closed the connection during the TLS handshake'],
  [/^timeout proxy/, UNREACHABLE, 'is unreachable, or opened no connection to the box in time'],
  [/^timeout connect/, UNREACHABLE, 'is unreachable: no connection in time'],
  [/^timeout handshake/, UNREACHABLE, "accepts connections, but didn't respond in the TLS handshake", MTU],
  [/^IPv6 /, UNREACHABLE, 'has only an IPv6 address, and this runner has no IPv6', ADD_A_RECORD],
];

/** What an error of Node's network stack means for whoever runs the workflow; undefined if it isn't one. @param name of
 * the host @param ca PEM of what was trusted instead of the public CAs @param certificate that the server sent */
export function diagnose(cause: unknown, name: string, ca?: string, certificate?: X509Certificate) {
  const error = isNetworkError(cause) ? mostInformative(cause) : {};
  const { code = '', syscall } = error;
  const repeatable = lacksIPv6(error); // The look-up of its IPv4 address may have failed.
  const prefix = repeatable ? 'IPv6 ' : syscall === 'getaddrinfo' ? 'getaddrinfo ' : '';
  const transient = TRANSIENT.test(code) && !repeatable;
  const known = REASONS.find(([pattern]) => pattern.test(prefix + code));
  const words = wordsFor(code);
  if (known !== undefined || words !== undefined) {
    const [, title, why, remedy] = known ?? [code, UNREACHABLE, `is unreachable: ${words}`];
    const nameNotFound = NOT_FOUND.test(prefix + code);
    // OpenSSL's reason in its own words: `ERR_SSL_DH_KEY_TOO_SMALL`.
    const reason = code.replace(/^(EPROTO|ERR_SSL(_SSLV3|_TLSV1|_TLSV13)?(_ALERT)?_)/, '').replaceAll('_', ' ');
    const shown = why.replace(' (REASON)', reason && ` (${reason.toLowerCase()})`);
    return new BoxError(title, `${name} ${shown}`, { cause, remedy, transient, repeatable, nameNotFound });
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
