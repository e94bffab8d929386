import { expect, test } from '@jest/globals';
import { diagnose } from '../../src/box/diagnose.ts';

const NAME = 'box.example.com';
const UNREACHABLE = 'Box unreachable';

test.each([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'UNKNOWN'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN', 'EAI_AGAIN'],
])('%s is transient', (code) => {
  expect(diagnose({ code }, NAME)).toMatchObject({ title: UNREACHABLE, traits: { transient: true } });
});

test.each(['EACCES', 'EPERM', 'EMFILE'])('%s is final', (code) => {
  expect(diagnose({ code }, NAME)).toMatchObject({ title: UNREACHABLE, traits: { transient: false } });
});

const V6 = { code: 'ENETUNREACH', address: '2001:db8::1' };
const V4 = { code: 'EHOSTUNREACH', address: '192.0.2.1' };
test.each([
  ['IPv6 only', V6, false],
  ['IPv6 only, in a container', { ...V6, code: 'EADDRNOTAVAIL' }, false],
  ['IPv6 only, without the protocol', { ...V6, code: 'EAFNOSUPPORT' }, false],
  ['two IPv6 addresses', { errors: [V6, V6] }, false],
  ['both, and down', { errors: [V6, V4] }, true],
  ['both, and down, IPv4 first', { errors: [V4, V6] }, true],
])('on a runner without IPv6, a box with %s is retried: %s', (_, cause, transient) => {
  const remedy = transient ? expect.not.stringContaining('A record') : expect.stringContaining('A record');
  // While signing out, in any case: the look-up of the IPv4 address may have failed.
  const traits = { transient, repeatable: !transient };
  expect(diagnose(cause, NAME)).toMatchObject({ title: UNREACHABLE, remedy, traits });
});

const SETTINGS = 'TLS settings';
/** One word of the reason, and one of the fix. */
test.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER', "doesn't speak TLS", 'port'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', "doesn't speak TLS", 'port'],
  ['ERR_SSL_HTTP_REQUEST', "doesn't speak TLS", 'port'],
  ['ERR_SSL_RECORD_LAYER_FAILURE', "doesn't speak TLS", 'port'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'TLS 1.2', SETTINGS],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS 1.2', SETTINGS],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'host name', "'host'"],
  ['ERR_SSL_DH_KEY_TOO_SMALL', '(dh key too small)', SETTINGS],
  ['ERR_SSL_BAD_ECPOINT', '(bad ecpoint)', SETTINGS],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', 'bad record mac', SETTINGS],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', '(internal error)', SETTINGS],
  ['EPROTO', 'failed in the TLS handshake', SETTINGS],
])('TLS fails: %s', (code, why, fix) => {
  const error = diagnose({ code }, NAME);
  const [message, remedy] = [expect.stringContaining(why), expect.stringContaining(fix)];
  expect(error).toMatchObject({ title: 'TLS failed', message, remedy });
  // Advice on the port only if it is the wrong one.
  const port = expect.stringMatching(/\bport\b/);
  expect(error?.remedy).toEqual(fix === 'port' ? port : expect.not.stringMatching(/\bport\b/));
});

/** How far it came, and what is named for that. */
test.each([
  ['timeout proxy', 'opened no connection', 'firewall'],
  ['timeout lookup', 'looked up', 'DNS'],
  ['timeout connect', 'no connection', 'firewall'],
  ['timeout handshake', 'accepts connections', 'MTU'],
  ['EAI_AGAIN', 'looked up', 'DNS'],
])('nothing comes back before TLS is up: %s', (code, why, fix) => {
  const [message, remedy] = [expect.stringContaining(why), expect.stringContaining(fix)];
  const error = diagnose({ code }, NAME);
  expect(error).toMatchObject({ title: UNREACHABLE, message, remedy, traits: { transient: true } });
  expect(`${error?.message} ${error?.remedy}`).not.toContain('one request');
});

/** Codes of OpenSSL that no server here causes, and a part of the reason or the fix. */
const INVALID = `CERT_REVOKED CERT_CHAIN_TOO_LONG CRL_HAS_EXPIRED ERROR_IN_CERT_NOT_AFTER_FIELD INVALID_CA PATH_LENGTH_EXCEEDED`;
test.each([
  ['UNABLE_TO_GET_ISSUER_CERT', 'NODE_EXTRA_CA_CERTS', ''],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS', ''],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'public certificate', 'a CA'],
  ['CERT_SIGNATURE_FAILURE', 'renewed', 'a CA'],
  ['CERT_NOT_YET_VALID', 'clocks', ''],
  ['UNSPECIFIED', 'weak key or hash', ''],
  ['INVALID_PURPOSE', "isn't for a server", ''],
  ...INVALID.split(' ').map((code) => [code, 'invalid certificate', '']),
])('a certificate is not trusted: %s: %s', (code = '', datum = '', ca = '') => {
  const error = diagnose({ code, message: 'words; more' }, NAME, ca);
  expect(error?.title).toBe('Certificate not trusted');
  expect(`${error?.message}. ${error?.remedy}`).toContain(datum);
});

const BUGS = ['', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_HTTP_TOKEN', 'ERR_OSSL_X509_CERT_ALREADY_IN_HASH_TABLE'];
test.each(BUGS)("a code that nobody knows is not the network's: '%s'", (code) => {
  const error = Object.assign(new TypeError('x is not a function'), { code });
  expect(diagnose(error, NAME, '', fake({ subject: 'CN=x', issuer: 'CN=x', validTo: 'Jan 1 2020' }))).toBeUndefined();
});

/** A certificate with these fields, which fits no name. */
const fake = (fields: object) => Object.assign(Object.create(null), { checkHost: () => undefined, ...fields });
const HOSTILE = 'x\u001b[31m\n::error::y\u202e##[group]z';
test.each([
  ['subjectAltName', { subjectAltName: `DNS:${HOSTILE}` }, 'x ::error::y ## [group]z'],
  ['CN', { subject: `C=CN=\nCN=${HOSTILE.replace('\n', ' ')}\nOU=n` }, 'x ::error::y ## [group]z'],
  ['first two names', { subjectAltName: 'DNS:$&.test, IP Address:::1, DNS:third' }, '$&.test, ::1'],
  ['lack of names', { subject: 'O=Firewall' }, 'nobody'],
])('the %s of a certificate is sanitized and shown', (_, fields, shown) => {
  const error = diagnose({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, NAME, '', fake(fields));
  expect(error?.message).toBe(`${NAME} has a certificate for ${shown}, not for this name`);
});
