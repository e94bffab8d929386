import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificate } from '../../devkit/box/certificates.ts';
import { InvalidValueError } from '../../src/box/errors.ts';
import { parseTotpSecret } from '../../src/box/totp.ts';
import {
  parseCertificates,
  parseEmail,
  parseHost,
  parsePassword,
  passwordHint,
} from '../../src/box/values.ts';
import '../support.ts';

const REJECTED = Symbol('rejected');
type Parse = (given: string) => string;

/** What becomes of a value; of a rejected one, a datum of the reason. Fails if it repeats the value, maybe a secret. */
function outcome(parse: Parse, given: string, datum = /^/): string | typeof REJECTED {
  try {
    return parse(given);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    if (given.length > 20) expect(error.message).not.toContain(given);
    expect(error.message).toMatch(datum);
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
])('email %j', (given, value) => {
  expect(outcome(parseEmail, given)).toBe(value);
});

test.each([
  [' a:b\t"~ ', ' a:b\t"~ '],
  ['pässword that is a long one', REJECTED],
])('password %j', (given, value) => {
  expect(outcome(parsePassword, given)).toBe(value);
});

test.each(['00A0', '00AD', '200B', '202E', '2060', 'FEFF'])(
  'the invisible character U+%s is named',
  (code) => {
    const hidden = String.fromCodePoint(Number(`0x${code}`));
    const named = new RegExp(`U\\+${code}\\b`);
    expect(outcome(parseEmail, `ci${hidden}@example.com`, named)).toBe(REJECTED);
    expect(outcome(parsePassword, `${hidden}long password`, named)).toBe(REJECTED);
    expect(outcome(parseHost, `box.example.com${hidden}`, named)).toBe(REJECTED);
  },
);

test.each([
  [' hunter22', /space/],
  ['hunter22\t', /space/],
  ['"hunter22"', /quote/],
  ["hunter22'", /quote/],
  ['`hunter22', /quote/],
  ['pass "word" x', /^$/],
])('hint about the password %j', (password, hint) => {
  expect(passwordHint(password)).toMatch(hint);
  expect(passwordHint(password)).not.toContain(password.slice(1, -1));
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
  ['https://box.example.com/admin#custom_dns', 'https://box.example.com/admin'],
  ['box.example.com/#@?', 'https://box.example.com/admin'],
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
])('host %j', (given, value) => {
  expect(outcome(parseHost, given)).toBe(value);
});

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
test.each([
  ['jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp', SECRET],
  [` ${SECRET}==\n`, SECRET],
  [`Secret: ${SECRET}`, SECRET],
  [`\ufeffsecret:\u00a0${SECRET}\u200b`, SECRET],
  [`otpauth://totp/box:ci%40example.com?secret=${SECRET}&issuer=box`, SECRET],
  [`otpauth://totp/ci?algorithm=SHA1&digits=6&period=30&secret=${SECRET}`, SECRET],
  ['123 456', REJECTED, /six/],
  ['JBSWY3DP', REJECTED],
  ['JBSW=Y3DPEHPK3PXPJBSW', REJECTED],
  [`${SECRET}1`, REJECTED],
  ['otpauth://totp/ci', REJECTED],
  [`https://example.com/?secret=${SECRET}`, REJECTED],
  [`otpauth://hotp/ci?counter=1&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?digits=8&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?algorithm=SHA256&secret=${SECRET}`, REJECTED],
  [`otpauth://totp/ci?period=60&secret=${SECRET}`, REJECTED],
])('TOTP secret %j', (given, value, datum = /^/) => {
  expect(outcome(parseTotpSecret, given, datum)).toBe(value);
});

const { cert, key } = certificate('issued');
const { cert: other } = certificate('self-signed');
const corrupted = other.replaceAll('M', 'N');
const lines = (separator: string) => cert.replaceAll('\n', separator);
const [PEM, OTHER_PEM] = [cert.trim(), other.trim()];
test.each<[name: string, given: string, value: string | typeof REJECTED, datum?: RegExp]>([
  ['two', cert + other, `${PEM}\n${OTHER_PEM}`],
  ['two on one line', lines('') + other.replaceAll('\n', ''), `${PEM}\n${OTHER_PEM}`],
  ['text around it', `subject: x\n${cert}trailing`, PEM],
  ['spaces for line breaks', lines(' '), PEM],
  ['CRLF', lines('\r\n'), PEM],
  ['CR', lines('\r'), PEM],
  ['literal \\n', lines('\\n'), PEM],
  ['literal \\\\n', lines('\\\\n'), PEM],
  ['literal \\r\\n', lines('\\r\\n'), PEM],
  ['quotes and literal \\n', `"${lines('\\n')}"`, PEM],
  ['quotes', `'${cert}'`, PEM],
  ['indented', lines('\n    '), PEM],
  ['a line break in its first line', cert.replace('BEGIN ', 'BEGIN\n'), PEM],
  ['not a certificate', 'not a certificate at all', REJECTED, /BEGIN CERTIFICATE/],
  ['cut short', cert.slice(0, 200), REJECTED],
  ['a corrupted second one', cert + corrupted, REJECTED],
  ['a path', '/etc/ssl/certs/box.example.com.pem', REJECTED, /path/],
  ['a relative path', './box.pem', REJECTED, /path/],
  ['a path on Windows', 'D:\\a\\repository\\box.pem', REJECTED, /path/],
  ['a private key next to it', cert + key, REJECTED, /private key/],
  ['a private key only', key.replaceAll('\n', '\\n'), REJECTED, /private key/],
  ['an RSA key', cert + key.replaceAll('PRIVATE', 'RSA PRIVATE'), REJECTED, /private key/],
])('CA certificate: %s', (_, given, value, datum = /^/) => {
  expect(outcome(parseCertificates, given, datum)).toBe(value);
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
const PEMS = /^(-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----(\n|$))+$/;
test.each<[string, Parse, fc.Arbitrary<string>, RegExp]>([
  ['email', parseEmail, text.map((local) => `${local}@example.com`), /^[!-9;-~]+@[!-9;-~]+$/],
  ['password', parsePassword, text, /^[\0-\x7f]*$/],
  ['host', parseHost, hosts, /^(https:\/\/|http:\/\/(localhost|127\.|\[::1\]))[\w.:/~[\]-]+$/],
  ['TOTP secret', parseTotpSecret, fc.oneof(text, base32), /^[A-Z2-7]{16,}$/],
  ['CA certificate', parseCertificates, pem, PEMS],
])('every accepted %s is safe, and is accepted again', (_, parse, any, safe) => {
  const property = fc.property(any, (given) => {
    const value = outcome(parse, given);
    if (value === REJECTED) return;
    expect(value).toMatch(safe);
    expect(parse(value)).toBe(value);
  });
  fc.assert(property);
});
