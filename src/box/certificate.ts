import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BoxError, REMEDIES } from './errors.ts';
import { sanitize } from './sanitize.ts';

const OTHER_SERVER = "It's another server's, or 'host' isn't the box's own name: check both.";
const IF_BOX = "If it's the box's, set 'ca-certificate' to it, or get a public one.";
const EMPTY = "'ca-certificate' is empty: set it to";
const SET_IT = `${EMPTY} that certificate, or get a public one.`;
const SET_CA = `${EMPTY} that CA. For your network's CA, set NODE_EXTRA_CA_CERTS.`;
const INSTALL = `${EMPTY} the CA, or install the intermediate on the box.`;
const UPDATE = 'If the box renewed its certificate, update the input.';
const REMOVE = `Remove the input if the box has a public certificate now. Otherwise update the input, or install the missing intermediate on the box.`;
const REMAKE = `On the box, remove /home/user-data/ssl/ssl_certificate.pem, run 'sudo mailinabox', and update the input. Or get a public certificate.`;
/** Node's codes for certificates: https://nodejs.org/api/tls.html#x509-certificate-error-codes. */
const CODES = /^(C(ERT|RL)_|DEPTH_|ERR_TLS_CERT|ERROR_IN|HOSTNAME_|INVALID_[CP]|PATH_|SELF_|UNABLE_|UNSPECIFIED$)/;
/** In front of the codes stand `pinned` with `ca-certificate` set, and what is known of the certificate. The first that
 * matches. */
const UNTRUSTED: ReadonlyArray<readonly [code: RegExp, why: string, fix?: string]> = [
  [/expired self-signed/, 'has an expired self-signed certificate', REMAKE],
  [/pinned .*(DEPTH_ZERO|CERT_SIGNATURE)/, "has a certificate other than 'ca-certificate'", UPDATE],
  [/pinned .*(TO_GET_ISS|TO_VER|SELF_S)/, "has a certificate that no certificate in 'ca-certificate' signed", REMOVE],
  [/DEPTH_ZERO_SELF_SIGNED_CERT/, 'has a self-signed certificate', SET_IT],
  [/UNABLE_TO_VERIFY_LEAF/, 'has a certificate from a private CA, or sent no intermediate', INSTALL],
  [/UNABLE_TO_GET_ISSUER|SELF_SIGNED/, "has a certificate from a CA that this runner doesn't know", SET_CA],
  [/old-ca/, "has a certificate whose CA in 'ca-certificate' expired", "Set the input to the CA's new certificate."],
  [/CERT_HAS_EXPIRED/, 'has an expired certificate', 'Renew it (System > TLS (SSL) Certificates).'],
  [/CERT_NOT_YET_VALID/, "has a certificate that isn't valid yet", 'Check the clocks of the runner and the box.'],
  [/ERR_TLS_CERT_ALTNAME/, 'has a certificate for another name', ''],
  [/UNSPECIFIED/, 'has a certificate with a weak key or hash'],
  [/PURPOSE/, "has a certificate that isn't for a server"],
  [/^/, 'has an invalid certificate'],
];

/** Why a server's certificate isn't trusted; undefined if that isn't the error. If no name in the certificate fits, it
 * is probably another server's, so that comes before any advice to trust or renew it. */
export function certificateError(cause: unknown, code: string, name: string, ca = '', certificate?: X509Certificate) {
  if (!CODES.test(code)) return undefined;
  const { issuer, subject = '', validTo = '', subjectAltName } = certificate ?? {};
  const old = Date.parse(validTo) < Date.now();
  const since = code === 'CERT_HAS_EXPIRED' && !old ? expiryIn(ca) : '';
  const key = `${ca && 'pinned'} ${since && 'old-ca'} ${old && 'expired'} ${issuer === subject && 'self-signed'} ${code}`;
  const [, why = '', fix = REMEDIES['Certificate not trusted']] = UNTRUSTED.find(([each]) => each.test(key)) ?? [];
  const host = name.replace(/^\[|\]?\.?(:\d+)?$/g, '');
  const match = isIP(host) ? certificate?.checkIP(host) : certificate?.checkHost(host);
  const isOther = certificate !== undefined && (match === undefined || code.startsWith('ERR_TLS'));
  const all = subjectAltName || /(?<=^CN=).*$/m.exec(subject)?.[0] || 'nobody';
  const [two = ''] = /^[^,]*(,[^,]*)?/.exec(all.replace(/(DNS|IP Address):/g, '')) ?? [];
  const named = certificate === undefined ? 'certificate' : `certificate for ${sanitize(isOther ? two : `${match}`)}`;
  const shown = isOther ? `has a ${named}, not for this name` : `${why}${since}`.replace('certificate', () => named);
  const remedy = isOther ? `${OTHER_SERVER} ${fix && IF_BOX}`.trim() : fix;
  return new BoxError('Certificate not trusted', `${name} ${shown}`, { cause, remedy });
}

/** The day on which one of the certificates expired: ` on 2026-01-31`; empty if none has. */
function expiryIn(ca: string): string {
  const certificates = ca.match(/-----BEGIN.+?END CERTIFICATE-----/gs) ?? [];
  const dates = certificates.map((pem) => new Date(new X509Certificate(pem).validTo));
  const expired = dates.find((date) => date.getTime() < Date.now());
  return expired === undefined ? '' : ` on ${expired.toISOString().slice(0, 10)}`;
}
