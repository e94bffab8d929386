import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificate } from '../../devkit/box/certificates.ts';
import { InvalidValueError } from '../../src/box/errors.ts';
import { passwordHint } from '../../src/box/responses.ts';
import { parseTotpSecret } from '../../src/box/totp.ts';
import { parseCertificates, parseEmail, parseHost, parsePassword } from '../../src/box/values.ts';
import '../support.ts';

type Parse = (given: string) => string;

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const OTPAUTH = `otpauth://totp/box:ci%40example.com?secret=${SECRET}`;
const HOTP = OTPAUTH.replace('totp', 'hotp');
const { cert, key } = certificate('issued');
const { cert: other } = certificate('self-signed');
const corrupted = other.replaceAll('M', 'N');
const oneLine = (pem: string) => pem.replaceAll('\n', '');
const PEM = cert.trim();
const TWO = `${PEM}\n${other.trim()}`;

test.each<[name: string, Parse, given: string, value?: string]>([
  ['email', parseEmail, 'ci@example.com'],
  ['email', parseEmail, 'CI+x@Example.COM'],
  ['email', parseEmail, 'ci@müller.example', 'ci@xn--mller-kva.example'],
  ['email', parseEmail, '"a@b"@example.com'],
  ['password', parsePassword, ' a:b\t"~ '],
  ['host', parseHost, 'box.example.com', 'https://box.example.com/admin'],
  ['host', parseHost, 'box.example.com:8443', 'https://box.example.com:8443/admin'],
  ['host', parseHost, 'https://box.example.com:443/', 'https://box.example.com/admin'],
  ['host', parseHost, 'https://box.example.com/admin//', 'https://box.example.com/admin'],
  ['host', parseHost, 'https://box.example.com/admin#custom_dns', 'https://box.example.com/admin'],
  ['host', parseHost, 'box.example.com/#@?', 'https://box.example.com/admin'],
  ['host', parseHost, 'example.com/mail/box', 'https://example.com/mail/box'],
  ['host', parseHost, 'BOX.Example.COM', 'https://box.example.com/admin'],
  ['host', parseHost, 'müller.example', 'https://xn--mller-kva.example/admin'],
  ['host', parseHost, '192.0.2.1', 'https://192.0.2.1/admin'],
  ['host', parseHost, '[2001:db8::1]:8443', 'https://[2001:db8::1]:8443/admin'],
  ['host', parseHost, 'http://localhost:10222', 'http://localhost:10222/admin'],
  ['host', parseHost, 'http://[::1]:1', 'http://[::1]:1/admin'],
  ['TOTP secret', parseTotpSecret, 'jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp', SECRET],
  ['TOTP secret', parseTotpSecret, ` ${SECRET}==\n`, SECRET],
  ['TOTP secret', parseTotpSecret, `\ufeffSecret:\u00a0${SECRET}\u200b`, SECRET],
  ['TOTP secret', parseTotpSecret, `${OTPAUTH}&issuer=box`, SECRET],
  ['TOTP secret', parseTotpSecret, `${OTPAUTH}&algorithm=SHA1&digits=6&period=30`, SECRET],
  ['two certificates', parseCertificates, cert + other, TWO],
  ['two certificates on one line', parseCertificates, oneLine(cert + other), TWO],
  ['certificate with text around it', parseCertificates, `subject: x\n${cert}trailing`, PEM],
  ['quoted certificate', parseCertificates, `"${cert.replaceAll('\n', '\\n')}"`, PEM],
  ['certificate', parseCertificates, cert.replace('BEGIN ', 'BEGIN\n'), PEM],
])('valid %s: %#', (_, parse, given, value = given) => {
  expect(parse(given)).toBe(value);
});

test.each([' ', '\r\n', '\r', '\\n', '\\\\n', '\\r\\n', '\n    ', '\t'])(
  'a certificate with %j for line breaks is repaired',
  (lineBreak) => expect(parseCertificates(cert.replaceAll('\n', lineBreak))).toBe(PEM),
);

/** The reason why a value is rejected; undefined if it isn't. Fails if it repeats the value, which may be a secret. */
function rejection(parse: Parse, given: string): string | undefined {
  try {
    parse(given);
    return undefined;
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    if (given.length > 20) expect(error.message).not.toContain(given);
    return error.message;
  }
}

test.each<[name: string, Parse, datum: RegExp, given: string[]]>([
  ['email', parseEmail, /./, ['', '@example.com', 'ci@', 'cí@example.com', 'ci@\0', 'ci@xn--ü']],
  ['email', parseEmail, /space|colon/, ['c i@a.example', 'ci@a.example\nx', 'c:i@a.example']],
  ['password', parsePassword, /ASCII/, ['pässword that is a long one']],
  ['host', parseHost, /space/, ['box example.com', 'box.example.com\nx', 'box.example.com\\a']],
  ['host', parseHost, /./, ['https:box.example.com', 'https:/box.example.com', 'box:99999']],
  ['host', parseHost, /./, ['ftp://box.example.com', 'box$(id)', 'box/a;b', 'box/%20', 'box?x=1']],
  ['host', parseHost, /'password'/, ['https://ci:pass@box.example', 'https://:@box.example']],
  ['host', parseHost, /http:/, ['http://box.b', 'http://localhost.a', 'http://127.a.b']],
  ['TOTP secret', parseTotpSecret, /six/, ['123456', '123 456']],
  ['TOTP secret', parseTotpSecret, /short/, ['JBSWY3DP']],
  ['TOTP secret', parseTotpSecret, /Base32/, [`${SECRET}1`, 'JBSW=Y3DPEHPK3PXPJBSW']],
  ['TOTP secret', parseTotpSecret, /otpauth/, ['otpauth://totp/ci', `https://a.b/?${SECRET}`]],
  ['TOTP secret', parseTotpSecret, /otpauth/, [`${OTPAUTH}&digits=8`, `${OTPAUTH}&period=60`]],
  ['TOTP secret', parseTotpSecret, /otpauth/, [HOTP, `${OTPAUTH}&algorithm=SHA256`]],
  ['certificate', parseCertificates, /BEGIN/, ['not a certificate at all', cert.slice(0, 200)]],
  ['certificate', parseCertificates, /read/, [cert + corrupted]],
  ['certificate', parseCertificates, /path/, ['/etc/ssl/box.pem', './box.pem', 'D:\\a\\box.pem']],
  ['certificate', parseCertificates, /private key/, [cert + key, key.replaceAll('\n', '\\n')]],
  ['certificate', parseCertificates, /private key/, [cert + key.replaceAll('PRI', 'RSA PRI')]],
])('invalid %s: %#', (_, parse, datum, values) => {
  for (const given of values) expect(rejection(parse, given)).toMatch(datum);
});

test.each(['00A0', '00AD', '200B', '202E', '2060', 'FEFF'])('U+%s is named', (code) => {
  const hidden = String.fromCodePoint(Number(`0x${code}`));
  expect(rejection(parseEmail, `ci${hidden}@example.com`)).toContain(`U+${code}`);
  expect(rejection(parsePassword, `${hidden}long password`)).toContain(`U+${code}`);
  expect(rejection(parseHost, `box.example.com${hidden}`)).toContain(`U+${code}`);
});

test.each<[datum: RegExp, passwords: string[]]>([
  [/space/, [' password', 'password\t']],
  [/quote/, ['"password"', "password'", '`password']],
  [/^$/, ['password', 'pass "w" ord']],
])('passwordHint: %s', (datum, passwords) => {
  for (const password of passwords) expect(passwordHint(password)).toMatch(datum);
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
    if (rejection(parse, given) !== undefined) return;
    const value = parse(given);
    expect(value).toMatch(safe);
    expect(parse(value)).toBe(value);
  });
  fc.assert(property);
});
