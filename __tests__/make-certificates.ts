import {
  CERTIFICATE_KINDS,
  type CertificateKind,
  makeCertificate,
} from '../devkit/box/certificate.ts';

/** A name that no box has. */
export const HOSTILE_NAME = 'x\n::error::injected ##[error]injected \u001b[31my';

/** Runs once before all tests: inside of Jest, making certificates takes twenty times as long. */
export default function makeCertificates(): void {
  const kinds = Object.keys(CERTIFICATE_KINDS) as CertificateKind[];
  const certificates = ['localhost', 'box.test', HOSTILE_NAME].flatMap((name) =>
    kinds.map((kind) => [`${kind} ${name}`, makeCertificate(kind, name)] as const),
  );
  process.env['JEST_CERTIFICATES'] = JSON.stringify(Object.fromEntries(certificates));
}
