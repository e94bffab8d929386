import { makeCertificate } from '../devkit/box/certificate.ts';

/** Runs once before all tests: inside of Jest, making certificates takes twenty times as long. */
export default function makeCertificates(): void {
  const kinds = ['issued', 'self-signed', 'expired', 'not-yet-valid'] as const;
  const certificates = ['localhost', 'box.test'].flatMap((name) =>
    kinds.map((kind) => [`${kind} ${name}`, makeCertificate(kind, name)] as const),
  );
  process.env['JEST_CERTIFICATES'] = JSON.stringify(Object.fromEntries(certificates));
}
