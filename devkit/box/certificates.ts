import pem from './certificates.json' with { type: 'json' };

/** What a box can serve. All three are PEM. */
export interface Certificate {
  readonly key: string;
  /** The certificate, and the intermediates that are served with it. */
  readonly cert: string;
  /** What to trust. */
  readonly ca: string;
}

/** The kinds of certificates, for `npm run box -- --help`. */
export const CERTIFICATE_KINDS = {
  issued: 'from a private CA, for localhost and the loopback addresses',
  'self-signed': 'X.509 v1, CN only: what a new box has',
  'self-signed-san': 'self-signed, with a subjectAltName',
  'self-signed-expired': 'the same as self-signed, but expired in 2024',
  'self-signed-other': 'self-signed, for router.test and others: the default certificate of another server',
  chain: 'from an intermediate CA, which is served with it',
  'no-intermediate': 'the same, but the intermediate is missing',
  expired: 'issued, but expired in 2024',
  'not-yet-valid': 'issued, but not valid before 2124',
  'other-name': 'issued, but for elsewhere.test',
  'by-expired-ca': 'from a CA that expired in 2024',
} as const;

export type CertificateKind = keyof typeof CERTIFICATE_KINDS;

/** One of the certificates that make-certificates.sh made. */
export function certificate(kind: CertificateKind): Certificate {
  const cert = kind === 'chain' ? pem['no-intermediate'] + pem.intermediate : pem[kind];
  const selfSigned = kind.startsWith('self-signed');
  const ca = selfSigned ? cert : pem[kind === 'by-expired-ca' ? 'expired-ca' : 'ca'];
  return { key: pem.key, cert, ca };
}
