import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A certificate that a box can serve, and what to trust to accept it. All three are PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** What a certificate can be, in a few words. */
export const CERTIFICATE_KINDS = {
  issued: 'by an authority of its own, for its name and the loopback addresses',
  'self-signed':
    "X.509 v1, CN and no subjectAltName: what a new box has until Let's Encrypt gives it one",
  expired: 'as issued, but until yesterday',
  'not-yet-valid': 'as issued, but from tomorrow on',
  'other-name': 'as issued, but for elsewhere.example alone',
} as const;

export type CertificateKind = keyof typeof CERTIFICATE_KINDS;

const DAY_MS = 86_400_000;
const SHIFT_MS: Partial<Record<CertificateKind, number>> = {
  expired: -2 * DAY_MS,
  'not-yet-valid': DAY_MS,
};

/**
 * Makes a new certificate; it is valid for a day.
 *
 * @param name that of the box
 */
export function makeCertificate(kind: CertificateKind, name: string): Certificate {
  if (kind === 'self-signed') {
    const keys = makeKeys();
    const certificate = begin(keys, name);
    certificate.version = 0;
    certificate.setIssuer(certificate.subject.attributes);
    const cert = sign(certificate, keys);
    return { key: pem(keys), cert, ca: cert };
  }
  const authorityKeys = makeKeys();
  const authority = begin(authorityKeys, `Authority of ${name}, ${kind}`);
  authority.setIssuer(authority.subject.attributes);
  authority.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const keys = makeKeys();
  const certificate = begin(keys, name, SHIFT_MS[kind]);
  certificate.setIssuer(authority.subject.attributes);
  certificate.setExtensions([
    {
      name: 'subjectAltName',
      altNames:
        kind === 'other-name'
          ? [{ type: 2, value: 'elsewhere.example' }]
          : [
              { type: 2, value: name },
              { type: 7, ip: '127.0.0.1' },
              { type: 7, ip: '::1' },
            ],
    },
  ]);
  return {
    key: pem(keys),
    cert: sign(certificate, authorityKeys),
    ca: sign(authority, authorityKeys),
  };
}

function begin(
  { publicKey }: forge.pki.rsa.KeyPair,
  name: string,
  shift = 0,
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = publicKey;
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`;
  certificate.validity.notBefore = new Date(Date.now() + shift - DAY_MS / 24);
  certificate.validity.notAfter = new Date(Date.now() + shift + DAY_MS);
  certificate.setSubject([{ name: 'commonName', value: name }]);
  return certificate;
}

function sign(certificate: forge.pki.Certificate, { privateKey }: forge.pki.rsa.KeyPair): string {
  certificate.sign(privateKey, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

/** Node makes RSA keys faster than forge. */
function makeKeys(): forge.pki.rsa.KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    privateKey: forge.pki.privateKeyFromPem(privateKey),
    publicKey: forge.pki.publicKeyFromPem(publicKey),
  };
}

function pem({ privateKey }: forge.pki.rsa.KeyPair): string {
  return forge.pki.privateKeyToPem(privateKey);
}
