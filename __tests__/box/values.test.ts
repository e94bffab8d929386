import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificate } from '../../devkit/box/certificates.ts';
import { checkCertificates } from '../../src/box/certificates.ts';
import { checkEmail, checkPassword } from '../../src/box/credentials.ts';
import { InvalidValueError } from '../../src/box/errors.ts';
import { adminUrl, defaultHost } from '../../src/box/host.ts';
import { checkTotpSecret } from '../../src/box/totp.ts';
import '../support.ts';

const REJECTED = Symbol('rejected');
type Check = (given: string) => string | Promise<string>;

/** What a check makes of a value. Fails if it repeats a rejected value, which may be a secret. */
async function outcome(check: Check, given: string): Promise<string | typeof REJECTED> {
  try {
    return await check(given);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    if (given.length > 20) expect(error.message).not.toContain(given);
    return REJECTED;
  }
}

test.each([
  ['ci@example.com', 'ci@example.com'],
  ['CI+x@Example.COM', 'CI+x@Example.COM'],
  ['ci@müller.example', 'ci@xn--mller-kva.example'],
  ['"a@b"@example.com', '"a@b"@example.com'],
  ['', REJECTED],
  ['@example.com', REJECTED],
  ['ci@', REJECTED],
  ['ci x@example.com', REJECTED],
  ['c:i@example.com', REJECTED],
  ['cí@example.com', REJECTED],
  ['ci@\u0000', REJECTED],
  ['ci@xn--ü', REJECTED],
])('email %j', async (given, value) => {
  expect(await outcome(checkEmail, given)).toBe(value);
});

test.each([
  [' a:b\t"~ ', ' a:b\t"~ '],
  ['pässword that is a long one', REJECTED],
  ['a password with\u200bsomething invisible', REJECTED],
])('password %j', async (given, value) => {
  expect(await outcome(checkPassword, given)).toBe(value);
});

test.each([
  ['box.example.com', 'https://box.example.com/admin'],
  ['box.example.com:8443', 'https://box.example.com:8443/admin'],
  ['https://box.example.com:443/', 'https://box.example.com/admin'],
  ['https://box.example.com/admin//', 'https://box.example.com/admin'],
  ['example.com/mail/box', 'https://example.com/mail/box'],
  ['BOX.Example.COM', 'https://box.example.com/admin'],
  ['müller.example', 'https://xn--mller-kva.example/admin'],
  ['192.0.2.1', 'https://192.0.2.1/admin'],
  ['[2001:db8::1]:8443', 'https://[2001:db8::1]:8443/admin'],
  ['http://localhost:10222', 'http://localhost:10222/admin'],
  ['http://[::1]:1', 'http://[::1]:1/admin'],
  ['box example.com', REJECTED],
  ['box.example.com\nevil', REJECTED],
  ['box.example.com\\admin', REJECTED],
  ['https:box.example.com', REJECTED],
  ['https:/box.example.com', REJECTED],
  ['box.example.com:99999', REJECTED],
  ['https://ci:pass@box.example.com', REJECTED],
  ['https://:@box.example.com', REJECTED],
  ['box.example.com?x=1', REJECTED],
  ['http://box.example.com', REJECTED],
  ['http://localhost.example.com', REJECTED],
  ['http://127.evil.example', REJECTED],
  ['ftp://box.example.com', REJECTED],
  ['box$(id).example.com', REJECTED],
  ['box.example.com/a;b', REJECTED],
  ['box.example.com/%20', REJECTED],
])('host %j', async (given, value) => {
  expect(await outcome(adminUrl, given)).toBe(value);
});

test("the default host belongs to the email's domain", () => {
  expect(defaultHost('"a@b"@xn--mller-kva.example')).toBe('box.xn--mller-kva.example');
});

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
test.each([
  ['jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp', SECRET],
  [` ${SECRET}==\n`, SECRET],
  [`otpauth://totp/box:ci%40example.com?secret=${SECRET}&issuer=box`, SECRET],
  [`otpauth://totp/ci?algorithm=SHA1&digits=6&period=30&secret=${SECRET}`, SECRET],
  ['123456', REJECTED],
  ['JBSWY3DP', REJECTED],
  ['JBSW=Y3DPEHPK3PXPJBSW', REJECTED],
  [`${SECRET}1`, REJECTED],
  ['otpauth://totp/ci', REJECTED],
  [`https://example.com/?secret=${SECRET}`, REJECTED],
  [`otpauth://hotp/ci?counter=1&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?digits=8&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?algorithm=SHA256&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?period=60&secret=${SECRET}`, REJECTED],
])('TOTP secret %j', async (given, value) => {
  expect(await outcome(checkTotpSecret, given)).toBe(value);
});

const { cert, key } = certificate('issued');
const { cert: other } = certificate('self-signed');
const corrupted = other.replaceAll('M', 'N');
test.each([
  ['two', cert + other, cert + other],
  ['CRLF line ends', cert.replaceAll('\n', '\r\n'), cert],
  ['text around it', `subject: x\n${cert}trailing`, cert],
  ['not a certificate', 'not a certificate at all', REJECTED],
  ['cut short', cert.slice(0, 200), REJECTED],
  ['a corrupted second one', cert + corrupted, REJECTED],
  ['a private key next to it', cert + key, REJECTED],
  ['an RSA private key next to it', cert + key.replaceAll('PRIVATE', 'RSA PRIVATE'), REJECTED],
])('CA certificate: %s', async (_, given, value) => {
  expect(await outcome(checkCertificates, given)).toBe(value);
});

/** What parsers stumble over. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...':/@?#[]\\.%=&;$`\'"\n\r\t\0\u001b\u2028 aA1-_ü') }),
);
const hosts = fc.oneof(text, fc.webUrl(), fc.domain());
const base32 = fc.string({ unit: fc.constantFrom(...'ABab27 \t'), minLength: 16 });
const parts = fc.array(fc.oneof(text, fc.constant(cert), fc.constant(corrupted)));
const pem = parts.map((each) => each.join(''));
const PEM = /^(-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----\n)+$/;
test.each<[string, Check, fc.Arbitrary<string>, RegExp]>([
  ['email', checkEmail, text.map((local) => `${local}@example.com`), /^[!-9;-~]+@[!-9;-~]+$/],
  ['password', checkPassword, text, /^[\0-\x7f]*$/],
  ['host', adminUrl, hosts, /^(https:\/\/|http:\/\/(localhost|127\.|\[::1\]))[\w.:/~[\]-]+$/],
  ['TOTP secret', checkTotpSecret, fc.oneof(text, base32), /^[A-Z2-7]{16,}$/],
  ['CA certificate', checkCertificates, pem, PEM],
])('every accepted %s is safe, and is accepted again', async (_, check, any, safe) => {
  const property = fc.asyncProperty(any, async (given) => {
    const value = await outcome(check, given);
    if (value === REJECTED) return;
    expect(value).toMatch(safe);
    expect(await check(value)).toBe(value);
  });
  await fc.assert(property);
});
