import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { getSystemErrorMap } from 'node:util';
import { BoxError, PANEL_HOST, type Title } from './errors.ts';
import { sanitize } from './sanitize.ts';

/** The fields of Node's errors that are of use here. */
interface NetworkError extends Partial<NodeJS.ErrnoException> {
  readonly address?: string;
  readonly cert?: PeerCertificate;
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
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|UNKNOWN|EAI_AGAIN)$/;

const UNREACHABLE = 'Box unreachable';
const NOT_SENT = 'No credentials were sent.';
const PANEL = '(System > TLS (SSL) Certificates)';
const PORT = `${NOT_SENT} Check the port in 'host'.`;
const ENABLE_TLS = `${NOT_SENT} Enable TLS 1.2 there.`;
const HOST = `${NOT_SENT} ${PANEL_HOST}`;
const CHECK_DNS = "Check the runner's DNS settings, then re-run the job.";
const NO_RESPONSE = "couldn't be looked up: no response from this runner's name server";
const ADD_A_RECORD = 'Add an A record for it, or use a runner with IPv6.';
const ONLY_IPV6 = 'has only an IPv6 address, and this runner has no IPv6';
/** By Node's codes, among them OpenSSL's reasons and the alerts of the server; the first that matches. */
const REASONS: ReadonlyArray<readonly [code: RegExp, Title, why: string, remedy?: string]> = [
  [/^HPE_/, 'Not a Mail-in-a-Box API', "didn't return valid HTTP"],
  [/^ERR_SSL.*CERTIFICATE/, 'Blocked in front of the box', 'demands a client certificate'],
  [/VERSION_NUMBER|LENGTH_TOO_LONG|HTTP/, 'TLS failed', "doesn't speak TLS on this port", PORT],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, 'TLS failed', 'has no TLS 1.2 or later', ENABLE_TLS],
  [/UNRECOGNIZED_NAME/, 'TLS failed', "doesn't know this host name", HOST],
  [/^(ERR_SSL|EPROTO)/, 'TLS failed', 'is unreachable: the TLS handshake failed', PORT],
  // What getaddrinfo returns for a name that doesn't exist; ENOENT on Windows, if it has no address.
  [/^getaddrinfo (ENO|EAI_(FAIL|NO))/, 'Host not found', "isn't in this runner's DNS"],
  [/EAI_AGAIN/, UNREACHABLE, NO_RESPONSE, CHECK_DNS],
  [/^IPv6 /, UNREACHABLE, ONLY_IPV6, ADD_A_RECORD],
];

const SET_CA = "Set 'ca-certificate' to that CA, or NODE_EXTRA_CA_CERTS if your network uses it.";
const INSTALL = `Install it ${PANEL}, or set 'ca-certificate' to the CA.`;
const PROVISION = `Provision one from Let's Encrypt ${PANEL}, or set 'ca-certificate' to the box's own.`;
const OWN_NAME = "Set 'host' to the box's own name.";
const UPDATE = 'If the box renewed its certificate, update the input.';
const REMOVE = 'Remove the input if the box has a public certificate now. Otherwise update it.';
const OTHER_ISSUER = "has no certificate from 'ca-certificate', or sent no intermediate";
const NO_ISSUER = 'sent no intermediate certificate, or has one from a private CA';
const UNKNOWN_CA = "has a certificate from a CA that this runner doesn't know";
/** By OpenSSL's codes, as Node has them; after `pinned`, with `ca-certificate` set. */
const CERTIFICATES: ReadonlyArray<readonly [code: RegExp, why: string, fix: string]> = [
  [/^pinned (DEPTH_ZERO|CERT_SIGNATURE)/, "has another certificate than 'ca-certificate'", UPDATE],
  [/^pinned (UNABLE_TO|SELF_SIGNED)/, OTHER_ISSUER, REMOVE],
  [/DEPTH_ZERO_SELF_SIGNED_CERT/, 'has a self-signed certificate', PROVISION],
  [/UNABLE_TO_VERIFY_LEAF/, NO_ISSUER, INSTALL],
  [/UNABLE_TO_GET_ISSUER|SELF_SIGNED/, UNKNOWN_CA, SET_CA],
  [/CERT_HAS_EXPIRED/, 'has an expired certificate', `Renew it ${PANEL}.`],
  [/CERT_NOT_YET_VALID/, "has a certificate that isn't valid yet", 'Check both clocks.'],
];

/** What an error of Node's network stack means for whoever runs the workflow.
 * @param name host that was connected to, such as `box.example.com`
 * @param ca PEM of the certificates that were trusted instead of the public CAs */
export function diagnose(cause: unknown, name: string, ca = ''): BoxError {
  const error = isNetworkError(cause) ? mostInformative(cause) : {};
  const { code = '', syscall } = error;
  const prefix = lacksIPv6(error) ? 'IPv6 ' : syscall === 'getaddrinfo' ? 'getaddrinfo ' : '';
  const transient = TRANSIENT.test(code) && prefix !== 'IPv6 ';
  const known = REASONS.find(([pattern]) => pattern.test(prefix + code));
  const words = wordsFor(code);
  if (known !== undefined || words !== undefined) {
    const [, title, why, remedy] = known ?? [code, UNREACHABLE, `is unreachable: ${words}`];
    const repeatable = syscall === 'getaddrinfo';
    return new BoxError(title, `${name} ${why}`, { cause, remedy, transient, repeatable });
  }
  const [, why, fix] = explainCertificate(error, ca);
  const options = { cause, remedy: `${NOT_SENT} ${fix}`, untrusted: true };
  return new BoxError('Certificate not trusted', `${name} ${why}`, options);
}

/** Of the errors of several addresses, one that says more than that the runner has no IPv6. */
function mostInformative(error: NetworkError): NetworkError {
  const errors = error.errors ?? [];
  return errors.findLast((each) => !lacksIPv6(each)) ?? errors[0] ?? error;
}

const lacksIPv6 = ({ code = '', address = '' }: NetworkError) =>
  isIPv6(address) && /^(ENETUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(code);

function explainCertificate({ code = '', cert, message = '' }: NetworkError, ca: string) {
  const expired = code === 'CERT_HAS_EXPIRED' ? expiryIn(ca) : undefined;
  if (expired !== undefined) {
    const why = `can't be verified: 'ca-certificate' expired on ${expired}`;
    return [code, why, `Renew it. ${UPDATE}`];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const all = String(cert?.subjectaltname ?? `CN:${cert?.subject?.CN}`);
    const names = sanitize(all.split(', ').slice(0, 2).join(', '));
    return [code, `has a certificate for another name (${names})`, OWN_NAME];
  }
  const key = ca === '' ? code : `pinned ${code}`;
  // OpenSSL's words; what Node adds comes after a semicolon.
  const words = sanitize(message.split(';')[0] ?? '');
  const other = [code, `has an invalid certificate: ${words}`, `Get another one ${PANEL}.`];
  return CERTIFICATES.find(([pattern]) => pattern.test(key)) ?? other;
}

/** The day on which one of the certificates expired. */
function expiryIn(ca: string): string | undefined {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const dates = certificates.map((pem) => Date.parse(new X509Certificate(pem).validTo));
  const expired = dates.find((date) => date < Date.now());
  return expired === undefined ? undefined : new Date(expired).toISOString().slice(0, 10);
}
