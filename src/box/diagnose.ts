import { X509Certificate } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { PeerCertificate } from 'node:tls';
import { getSystemErrorMap } from 'node:util';
import { BoxError, PANEL_HOST } from './errors.ts';
import { sanitize } from './untrusted.ts';

/** The fields of Node's errors that are of use here. */
type NetworkError = Partial<NodeJS.ErrnoException> & {
  readonly address?: string;
  readonly cert?: PeerCertificate;
  readonly errors?: readonly NetworkError[];
};

/** What getaddrinfo returns for a name that doesn't exist; ENOENT on Windows, if it has no address. */
const NOT_FOUND = ['ENOTFOUND', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENOENT'];
const NO_ROUTE = ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'];
/** UNKNOWN is a system error that libuv has no code for, on Windows. */
const TRANSIENT =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|UNKNOWN)$/;

/**
 * What an error of Node's network stack means for whoever runs the workflow.
 * @param name host that was connected to, such as `box.example.com`
 * @param ca PEM of the certificates that were trusted instead of the public CAs
 */
export function diagnose(cause: unknown, name: string, ca?: string): BoxError {
  const error = mostInformative(Object(cause));
  const { code = '', syscall } = error;
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return tlsError(code, name, cause);
  if (code.startsWith('HPE_')) {
    return new BoxError('Not a Mail-in-a-Box API', `${name} didn't return valid HTTP`, { cause });
  }
  if (syscall === 'getaddrinfo' && NOT_FOUND.includes(code)) {
    return new BoxError('Host not found', `${name} isn't in this runner's DNS`, { cause });
  }
  if (lacksIPv6(error)) {
    const why = `${name} has only an IPv6 address, and this runner has no IPv6`;
    const remedy = 'Add an A record for it, or use a runner with IPv6.';
    return new BoxError('Box unreachable', why, { cause }, remedy);
  }
  if (code === 'EAI_AGAIN') {
    const why = `${name}: no response from this runner's name server`;
    const remedy = "Check the runner's DNS settings, then re-run the job.";
    return new BoxError('Box unreachable', why, { cause, transient: true }, remedy);
  }
  const words = [...getSystemErrorMap().values()].find(([each]) => each === code)?.[1];
  if (words === undefined) return certificateError(error, name, ca, cause);
  const traits = { cause, transient: TRANSIENT.test(code) };
  return new BoxError('Box unreachable', `${name} is unreachable: ${words}`, traits);
}

/** Of the errors of several addresses, one that says more than that the runner has no IPv6. */
function mostInformative(error: NetworkError): NetworkError {
  const errors = error.errors ?? [];
  return errors.findLast((each) => !lacksIPv6(each)) ?? errors[0] ?? error;
}

const lacksIPv6 = ({ code = '', address = '' }: NetworkError) =>
  isIPv6(address) && NO_ROUTE.includes(code);

const PORT = "Check the port in 'host'.";
/** By Node's codes for OpenSSL's reasons and for the alerts of the server. */
const TLS_FAULTS: ReadonlyArray<readonly [code: RegExp, why: string, fix: string]> = [
  [/VERSION_NUMBER|LENGTH_TOO_LONG|HTTP/, "the server doesn't speak TLS on this port", PORT],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, 'the TLS is older than 1.2', 'Enable TLS 1.2 there.'],
  [/UNRECOGNIZED_NAME/, "the server doesn't know this host name", PANEL_HOST],
];

function tlsError(code: string, name: string, cause: unknown): BoxError {
  if (code.includes('CERTIFICATE')) {
    const message = `${name} demands a client certificate`;
    return new BoxError('Blocked in front of the box', message, { cause });
  }
  const [, why, fix] = TLS_FAULTS.find(([pattern]) => pattern.test(code)) ?? [
    /^/,
    'the TLS handshake failed',
    PORT,
  ];
  const remedy = `No credentials were sent. ${fix}`;
  return new BoxError('TLS failed', `${name} is unreachable: ${why}`, { cause }, remedy);
}

type Fault = readonly [why: string, fix: string];

const PANEL = '(System > TLS (SSL) Certificates)';
const PROVISION = `Provision one from Let's Encrypt ${PANEL}, or set 'ca-certificate' to the box's own.`;
const SET_CA = "Set 'ca-certificate' to that CA, or NODE_EXTRA_CA_CERTS if your network uses it.";
const INSTALL = `Install it ${PANEL}, or set 'ca-certificate' to the CA.`;
const NO_ISSUER = 'sent no intermediate certificate, or has one from a private CA';
const UNKNOWN_CA: Fault = ["has a certificate from a CA that this runner doesn't know", SET_CA];
/** By OpenSSL's codes, as Node has them. */
const FAULTS: Readonly<Record<string, Fault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['has a self-signed certificate', PROVISION],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [NO_ISSUER, INSTALL],
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_CA,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_CA,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CA,
  CERT_HAS_EXPIRED: ['has an expired certificate', `Renew it ${PANEL}.`],
  CERT_NOT_YET_VALID: ["has a certificate that isn't valid yet", 'Check both clocks.'],
};
const UPDATE = 'If the box renewed its certificate, update the input.';
const REMOVE = 'Remove the input if the box has a public certificate now. Otherwise update it.';

function certificateError(error: NetworkError, name: string, ca = '', cause: unknown): BoxError {
  const [why, fix] = certificateFault(error, ca);
  const remedy = `No credentials were sent. ${fix}`;
  return new BoxError('Certificate not trusted', `${name} ${why}`, { cause }, remedy);
}

function certificateFault({ code = '', cert, message = '' }: NetworkError, ca: string): Fault {
  if (ca !== '' && /^(DEPTH_ZERO_SELF_SIGNED_CERT|CERT_SIGNATURE_FAILURE)$/.test(code)) {
    return ["has another certificate than 'ca-certificate'", UPDATE];
  }
  if (ca !== '' && /^(UNABLE_TO|SELF_SIGNED_CERT_IN_CHAIN)/.test(code)) {
    return ["has no certificate from 'ca-certificate', or sent no intermediate", REMOVE];
  }
  const expired = code === 'CERT_HAS_EXPIRED' ? expiryIn(ca) : undefined;
  if (expired !== undefined) {
    return [`can't be verified: 'ca-certificate' expired on ${expired}`, `Renew it. ${UPDATE}`];
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const all = String(cert?.subjectaltname ?? `CN:${cert?.subject?.CN}`);
    const names = sanitize(all.split(', ').slice(0, 2).join(', '));
    return [`has a certificate for another name (${names})`, "Set 'host' to the box's own name."];
  }
  // OpenSSL's words; what Node adds comes after a semicolon.
  const words = sanitize(message.split(';')[0] ?? '');
  return FAULTS[code] ?? [`has an invalid certificate: ${words}`, `Get another one ${PANEL}.`];
}

/** The day on which one of the certificates expired. */
function expiryIn(ca: string): string | undefined {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const dates = certificates.map((pem) => Date.parse(new X509Certificate(pem).validTo));
  const expired = dates.find((date) => date < Date.now());
  return expired === undefined ? undefined : new Date(expired).toISOString().slice(0, 10);
}
