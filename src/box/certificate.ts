import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BoxError } from './errors.ts';
import { sanitize } from './sanitize.ts';

const OTHER_NAME = 'has a certificate for another name';
const OTHER_SERVER = "Check that 'host' is the box's own name, and leads to the box and not to another server.";
const PROVISION = "Provision one from Let's Encrypt, or set 'ca-certificate' to the box's own.";
const SET_CA = "Set 'ca-certificate' to that CA, or NODE_EXTRA_CA_CERTS if your network uses it.";
const INSTALL = "Install the intermediate on the box, or set 'ca-certificate' to the CA.";
const UPDATE = 'If the box renewed its certificate, update the input.';
const REPLACE = 'Get another one (System > TLS (SSL) Certificates).';
const RENEW = 'Renew it (System > TLS (SSL) Certificates).';
const REMOVE = `Remove the input if the box has a public certificate now. Otherwise update the input, or install the missing intermediate on the box.`;
const REMAKE = `On the box, remove /home/user-data/ssl/ssl_certificate.pem and run 'sudo mailinabox'. Then update 'ca-certificate'.`;
const OUTDATED = "has a certificate that 'ca-certificate' can't verify: it expired on";
const OTHER_ISSUER = "has a certificate that no certificate in 'ca-certificate' signed";
const NO_ISSUER = 'has a certificate from a private CA, or sent no intermediate';
const SELF_SIGNED = "has a self-signed certificate, and 'ca-certificate' is empty";
const UNKNOWN_CA = "has a certificate from a CA that this runner doesn't know";
/** By OpenSSL's codes, as Node has them: https://nodejs.org/api/tls.html#x509-certificate-error-codes. In front of them
 * stand `pinned` with `ca-certificate` set, and what is known of the certificate. The first that matches. */
const REASONS: ReadonlyArray<readonly [code: RegExp, why: string, fix?: string]> = [
  [/expired self-signed/, 'has an expired self-signed certificate', REMAKE],
  [/pinned .*(DEPTH_ZERO|CERT_SIGNATURE)/, "has another certificate than 'ca-certificate'", UPDATE],
  [/pinned .*(UNABLE_TO|SELF_SIGNED)/, OTHER_ISSUER, REMOVE],
  [/DEPTH_ZERO_SELF_SIGNED_CERT/, SELF_SIGNED, PROVISION],
  [/UNABLE_TO_VERIFY_LEAF/, NO_ISSUER, INSTALL],
  [/UNABLE_TO_GET_ISSUER|SELF_SIGNED/, UNKNOWN_CA, SET_CA],
  [/CERT_HAS_EXPIRED/, 'has an expired certificate', RENEW],
  [/CERT_NOT_YET_VALID/, "has a certificate that isn't valid yet", 'Check both clocks.'],
  [/ERR_TLS_CERT_ALTNAME/, OTHER_NAME, ''],
  [/UNSPECIFIED/, 'has a certificate with a weak key or hash'],
  [/INVALID_PURPOSE/, "has a certificate that isn't for a server"],
  [/CERT|CRL|UNABLE_TO|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH/, 'has an invalid certificate'],
];

/** Why a server's certificate isn't trusted; undefined if that isn't the error. If no name in the certificate fits, it
 * is probably another server's, so that comes before any advice to trust or renew it. */
export function certificateError(cause: unknown, code: string, name: string, ca = '', certificate?: X509Certificate) {
  const { issuer, subject = '', validTo = '', subjectAltName = subject.replace(/^.*CN=/s, '') } = certificate ?? {};
  const facts = [ca && 'pinned', Date.parse(validTo) < Date.now() && 'expired', issuer === subject && 'self-signed'];
  const key = [...facts, code].filter(Boolean).join(' ');
  const [, why, fix = REPLACE] = REASONS.find(([pattern]) => pattern.test(key)) ?? [];
  if (why === undefined) return undefined;
  const expiry = code === 'CERT_HAS_EXPIRED' ? expiryIn(ca) : undefined;
  const reason = expiry === undefined ? why : `${OUTDATED} ${expiry}`;
  const host = name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const altNames = subjectAltName.replace(/(DNS|IP Address):/g, '').split(', ');
  const names = sanitize(altNames.slice(0, 2).join(', '));
  const fits = certificate === undefined || (isIP(host) ? certificate.checkIP(host) : certificate.checkHost(host));
  const named = certificate === undefined ? reason : reason.replace('certificate', `certificate for ${names}`);
  const shown = fits ? named : `${OTHER_NAME} (${names})`;
  const remedy = `No credentials were sent. ${fits ? '' : `${OTHER_SERVER} `}${fix}`.trim();
  return new BoxError('Certificate not trusted', `${name} ${shown}`, { cause, remedy });
}

/** The day on which one of the certificates expired. */
function expiryIn(ca: string): string | undefined {
  const certificates = ca.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  const dates = certificates.map((pem) => Date.parse(new X509Certificate(pem).validTo));
  const expired = dates.find((date) => date < Date.now());
  return expired === undefined ? undefined : new Date(expired).toISOString().slice(0, 10);
}
