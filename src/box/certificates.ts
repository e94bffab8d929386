import { X509Certificate } from 'node:crypto';
import { InvalidValueError } from './errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/**
 * The certificates in a PEM text, one after the other, without the text around them.
 *
 * @throws InvalidValueError where there is none, one that cannot be read, or a private key; never with a
 * part of the text
 */
export function checkCertificates(pem: string): string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new InvalidValueError(
      'holds a private key. Give only the certificate, and replace the key: it has been in a place where it does not belong',
    );
  }
  const certificates = pem.match(CERTIFICATE);
  if (certificates === null) {
    throw new InvalidValueError(
      "holds no certificate: no '-----BEGIN CERTIFICATE-----' with its end",
    );
  }
  return certificates.map((certificate, index) => normalized(certificate, index + 1)).join('');
}

function normalized(certificate: string, position: number): string {
  try {
    return new X509Certificate(certificate).toString();
  } catch {
    throw new InvalidValueError(`holds something that is not a certificate (number ${position})`);
  }
}
