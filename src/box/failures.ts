import type { PeerCertificate } from 'node:tls';
import {
  AnswerError,
  CertificateError,
  ConnectionError,
  ExplainedError,
  HostUnknownError,
  ProxyError,
  ProxyRefusedError,
  TlsError,
} from './errors.ts';
import { hostOf } from './host.ts';
import { quote } from './quote.ts';

/** What is known of a request that failed. */
interface Circumstances {
  readonly url: string;
  /** Host and port of the proxy, where one is used. */
  readonly proxy: string | undefined;
  /** Whether the request may have reached the box. */
  readonly verified: boolean;
  /** Whether its time was up, or the work stopped. */
  readonly aborted: boolean;
  /** Whether `ca-certificate` is in force. */
  readonly ownCa: boolean;
}

/** Says of an error of Node's network stack what it means for whoever runs the workflow. */
export function explain(error: unknown, circumstances: Circumstances): unknown {
  const { url, proxy, verified, aborted, ownCa } = circumstances;
  if (!(error instanceof Error) || error instanceof ExplainedError) return error;
  const host = hostOf(url);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';

  if (aborted) {
    if (proxy !== undefined && !verified)
      return new ProxyError(proxy, host, 'no connection in time');
    const what = verified ? 'no whole answer came in time' : 'no connection was made in time';
    return new ConnectionError(host, what, verified);
  }
  const tunnel = /^tunneling socket could not be established, (statusCode|cause)=(.*)$/s.exec(
    error.message,
  );
  if (tunnel !== null) {
    const [, kind, detail = ''] = tunnel;
    const why = kind === 'cause' ? quote(detail) : `it answered with HTTP ${detail}`;
    const Failure = PASSING_PROXY_FAULTS.test(detail) ? ProxyError : ProxyRefusedError;
    return new Failure(proxy ?? '', host, why);
  }
  if (UNKNOWN_HOST.includes(code)) return new HostUnknownError(host);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const why = `it is for another name (${quote(namesIn(error))})`;
    return new CertificateError(host, why, "Give the name that it is for as the input 'host'.");
  }
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) {
    const [why, remedy] = certificate;
    const ofTrust = remedy === GIVE_CERTIFICATE || remedy === GIVE_AUTHORITY;
    return new CertificateError(host, why, ofTrust && ownCa ? OWN_CA_REMEDY : remedy);
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new AnswerError(url, 'the head of its answer is longer than 16 KB');
  }
  if (code.startsWith('HPE_')) return new AnswerError(url, 'it sent something that is not HTTP');
  if (SYSTEM_FAULT.test(code) || code in CONNECTION_FAULTS) {
    const why = `${CONNECTION_FAULTS[code] ?? 'the connection failed'} (${code})`;
    // Behind a proxy, what fails before the box has proven who it is may be the proxy's doing.
    if (proxy !== undefined && !verified) return new ProxyError(proxy, host, why);
    const onTheWay = 'syscall' in error && BEFORE_A_CONNECTION.includes(String(error.syscall));
    return new ConnectionError(host, why, verified && !onTheWay);
  }
  if (code === '') return error;
  if (verified) return new ConnectionError(host, `the connection was cut (${code})`, verified);
  const tls = TLS_FAULTS.find(([pattern]) => pattern.test(error.message));
  return new TlsError(host, tls?.[1] ?? quote(error.message));
}

/** The codes of the operating system and of its resolver; `EPROTO` is what Node makes of an error of OpenSSL. */
const SYSTEM_FAULT = /^(?!EPROTO$)E(AI_)?[A-Z\d]+$/;
const BEFORE_A_CONNECTION = ['connect', 'getaddrinfo'];

/** The names in a certificate that is for another one. */
function namesIn(error: Error): string {
  const { cert } = error as Error & { cert?: PeerCertificate };
  return cert?.subjectaltname ?? `CN:${cert?.subject?.CN ?? ''}`;
}

/** What passes by itself, of all that comes from a proxy: a status, or an error of the connection to it. */
const PASSING_PROXY_FAULTS =
  /^(429|502|503|504)$|ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|EAI_AGAIN|socket hang up/;

/** What the DNS says for good; `EAI_AGAIN` passes. */
const UNKNOWN_HOST = ['ENOTFOUND', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'];

const GIVE_CERTIFICATE =
  "Give it to the action as 'ca-certificate', or let the box get one from Let's Encrypt (System > TLS certificates).";
const OWN_CA_REMEDY =
  "Check that 'ca-certificate' is the certificate that the box serves now, or that of the authority that issued it.";
const GIVE_AUTHORITY =
  "If that is right, give the certificate of the authority to the action as 'ca-certificate'.";
const UNKNOWN_AUTHORITY: Fault = [
  'it is from an authority that this runner does not know',
  GIVE_AUTHORITY,
];

type Fault = readonly [why: string, remedy: string];

/** By the codes of OpenSSL's X.509 verification, as Node gives them. */
const CERTIFICATE_FAULTS: Readonly<Record<string, Fault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['it is self-signed', GIVE_CERTIFICATE],
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: [
    'it has expired',
    'Renew it on the box (System > TLS certificates), and check the clock of this runner.',
  ],
  CERT_NOT_YET_VALID: ['it is not valid yet', 'Check the clocks of the box and of this runner.'],
  CERT_REVOKED: ['it was revoked', 'Get a new one on the box (System > TLS certificates).'],
  CERT_SIGNATURE_FAILURE: ['its signature is wrong', GIVE_CERTIFICATE],
  INVALID_CA: ['the certificate of its authority may not issue any', GIVE_CERTIFICATE],
  INVALID_PURPOSE: [
    'it is not for a server',
    'Get a new one on the box (System > TLS certificates).',
  ],
};

/** By the words of OpenSSL. */
const TLS_FAULTS: ReadonlyArray<readonly [pattern: RegExp, why: string]> = [
  [
    /wrong.version.number|packet.length.too.long|http.request/i,
    'what answers there does not speak TLS',
  ],
  [/unsupported.protocol|protocol.version/i, 'it offers only versions of TLS older than 1.2'],
];

const CONNECTION_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ECONNABORTED: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  ETIMEDOUT: 'the connection timed out',
  EHOSTUNREACH: 'there is no way to its address',
  ENETUNREACH: 'there is no way to its address',
  EAI_AGAIN: 'the DNS did not answer',
};
