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
  ['two IPv6 addresses', { errors: [V6, V6] }, false],
  ['both, and down', { errors: [V6, V4] }, true],
  ['both, and down, IPv4 first', { errors: [V4, V6] }, true],
])('on a runner without IPv6, a box with %s is retried: %s', (_, cause, transient) => {
  const error = diagnose(cause, NAME);
  expect({ title: error.title, transient: error.traits.transient === true }).toEqual({ title: UNREACHABLE, transient });
  expect(/A record/.test(error.remedy)).toBe(!transient);
});

/** One word of the reason, and one of the fix. */
test.each([
  ['ERR_SSL_WRONG_VERSION_NUMBER', "doesn't speak TLS", 'port'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', "doesn't speak TLS", 'port'],
  ['ERR_SSL_HTTP_REQUEST', "doesn't speak TLS", 'port'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'TLS 1.2', 'Enable TLS 1.2'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS 1.2', 'Enable TLS 1.2'],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', 'host name', "'host'"],
  ['EPROTO', 'handshake', 'port'],
])('TLS fails: %s', (code, why, fix) => {
  const [message, remedy] = [expect.stringContaining(why), expect.stringContaining(fix)];
  expect(diagnose({ code }, NAME)).toMatchObject({ title: 'TLS failed', message, remedy });
});

/** Codes of OpenSSL that no server here causes. */
test.each([
  ['UNABLE_TO_GET_ISSUER_CERT', 'NODE_EXTRA_CA_CERTS', ''],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS', ''],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'public certificate', 'a CA'],
  ['CERT_SIGNATURE_FAILURE', 'renewed', 'a CA'],
  ['CERT_NOT_YET_VALID', 'clocks', ''],
  ['CERT_REVOKED', 'another one', ''],
])('a certificate is not trusted: %s: %s', (code, fix, ca) => {
  const remedy = expect.stringContaining(fix);
  expect(diagnose({ code }, NAME, ca)).toMatchObject({ title: 'Certificate not trusted', remedy });
});

const HOSTILE = 'x\u001b[31m\n::error::y\u202e##[group]z';
const OTHER_NAME = 'ERR_TLS_CERT_ALTNAME_INVALID';
test.each([
  ['subjectAltName', { code: OTHER_NAME, cert: { subjectaltname: `DNS:${HOSTILE}` } }],
  ['CN', { code: OTHER_NAME, cert: { subject: { CN: HOSTILE } } }],
  ["OpenSSL's words", { code: 'CERT_UNKNOWN', message: HOSTILE }],
])('what a server can choose is sanitized: %s', (_, error) => {
  const { message } = diagnose(error, NAME);
  expect(message).not.toMatch(/[\p{Cc}\p{Cf}]|##\[/u);
  expect(message).toContain('error::y');
});
