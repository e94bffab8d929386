import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { certificate } from '../../devkit/box/certificates.ts';
import { InvalidValueError } from '../../src/box/errors.ts';
import { parseTotpSecret } from '../../src/box/totp.ts';
import { parseCertificates, parseEmail, parseHost, parsePassword } from '../../src/box/values.ts';

type Parse = (given: string) => string;

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const OTPAUTH = `otpauth://totp/box:ci%40example.com?secret=${SECRET}`;
/** As password managers write it. */
const WRITTEN = [
  ...[SECRET.replace(/.{4}\B/g, '$&-'), `"${SECRET}"`, `'${SECRET}'`, `secret=${SECRET}`, `Secret key: ${SECRET}`],
  ...[`TOTP: ${SECRET}`, `${SECRET}&digits=6`, `${OTPAUTH}&`, `${OTPAUTH}#x`, `${OTPAUTH}&period=&digits=`],
  ...[OTPAUTH.replace('JBSWY3DP', 'jbsw%20Y3dp-'), OTPAUTH.replace('?', '?issuer=a&amp;')],
  ...[`otpauth://totp?secret=${SECRET}`, `otpauth://totp/?secret=${SECRET}`, OTPAUTH.replace('%40', '%')],
  ...['SHA-1', 'sha1', 'HmacSHA1', ''].map((name) => `${OTPAUTH}&algorithm=${name}`),
  ...[`apple-${OTPAUTH}`, OTPAUTH.replace('otpauth://totp', 'OTPAUTH://TOTP'), SECRET.replace(/.{8}\B/g, '$&\u2011')],
];
const { cert, key } = certificate('issued');
const { cert: other } = certificate('self-signed');
const corrupted = other.replaceAll('M', 'N');
const oneLine = (pem: string) => pem.replaceAll('\n', '');
const PEM = cert.trim();
const TWO = `${PEM}\n${other.trim()}`;

test.each<[name: string, given: string, Parse, value?: string]>([
  ['email', 'ci@example.com', parseEmail],
  ['email', 'CI+x@Example.COM', parseEmail],
  ['email', 'ci@müller.example', parseEmail, 'ci@xn--mller-kva.example'],
  ['email', "o'neil+a=b%25&{x}@example.com", parseEmail],
  ['password', ' a:b\t"~ ', parsePassword],
  ['host', 'box.example.com', parseHost, 'https://box.example.com/admin'],
  ['host', 'box.example.com:8443', parseHost, 'https://box.example.com:8443/admin'],
  ['host', 'https://box.example.com:443/', parseHost, 'https://box.example.com/admin'],
  ['host', 'https://box.example.com/admin//', parseHost, 'https://box.example.com/admin'],
  ['host', 'https://box.example.com/admin#custom_dns', parseHost, 'https://box.example.com/admin'],
  ['host', 'box.example.com/#@?', parseHost, 'https://box.example.com/admin'],
  ['host', 'example.com/mail/box', parseHost, 'https://example.com/mail/box'],
  ['host', 'BOX.Example.COM', parseHost, 'https://box.example.com/admin'],
  ['host', 'müller.example', parseHost, 'https://xn--mller-kva.example/admin'],
  ['host', 'my_box.example.com.', parseHost, 'https://my_box.example.com./admin'],
  ['host', '192.0.2.1', parseHost, 'https://192.0.2.1/admin'],
  ['host', '[2001:db8::1]:8443', parseHost, 'https://[2001:db8::1]:8443/admin'],
  ['host', 'http://localhost:10222', parseHost, 'http://localhost:10222/admin'],
  ['host', 'http://127.1.2.3', parseHost, 'http://127.1.2.3/admin'],
  ['host', 'http://[::1]:1', parseHost, 'http://[::1]:1/admin'],
  ['TOTP secret', 'jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp', parseTotpSecret, SECRET],
  ['TOTP secret', SECRET.slice(16), parseTotpSecret],
  ['TOTP secret', ` ${SECRET}==\n`, parseTotpSecret, SECRET],
  ['TOTP secret', `\ufeffSecret:\u00a0${SECRET}\u200b`, parseTotpSecret, SECRET],
  ['TOTP secret', `${OTPAUTH}&issuer=box`, parseTotpSecret, SECRET],
  ['TOTP secret', `${OTPAUTH}&algorithm=SHA1&digits=6&period=30`, parseTotpSecret, SECRET],
  ...WRITTEN.map((given): [string, string, Parse, string] => ['TOTP secret', given, parseTotpSecret, SECRET]),
])('valid %s: %j', (_, given, parse, value = given) => {
  expect(parse(given)).toBe(value);
});

test.each([
  ['two', cert + other, TWO],
  ['two on one line', oneLine(cert + other), TWO],
  ['text around it', `subject: x\n${cert}trailing`, PEM],
  ['quotes around it', `"${cert.replaceAll('\n', '\\n')}"`, PEM],
  ['a line break in its first line', cert.replace('BEGIN ', 'BEGIN\n'), PEM],
])('valid certificate: %s', (_, given, value) => {
  expect(parseCertificates(given)).toBe(value);
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

const INVALID: ReadonlyArray<[name: string, Parse, datum: RegExp, given: string[]]> = [
  ['email', parseEmail, /./, ['', '@example.com', 'ci@', 'cí@example.com', 'ci@\0', 'ci@xn--ü']],
  ['email', parseEmail, /space|colon/, ['c i@a.example', 'ci@a.example\nx', 'c:i@a.example']],
  ['email', parseEmail, /character/, ['"a"@a.example', 'a`b@a.example', 'a;b@a.example', 'a,b@a.example']],
  ['email', parseEmail, /character/, ['<ci@a.example>', 'a\\b@a.example', 'ci@[192.0.2.1]', '(x)ci@a.example']],
  ['email', parseEmail, /domain/, ['ci@a.example.', 'ci@a/b.example', 'ci@a%2e.example', 'ci@.a.example']],
  ['email', parseEmail, /dot|address/, ['.ci@a.example', 'c..i@a.example', 'ci.@a.example', 'ci@a@b.example']],
  ['host', parseHost, /no host name/, ['https:///admin', 'https://', 'https://:8443/admin', '/admin', ':8443']],
  ['host', parseHost, /is not a host name/, ['https://.example.com/admin', 'box..example.com', '.']],
  ['password', parsePassword, /ASCII/, ['pässword that is a long one']],
  ['host', parseHost, /space/, ['box example.com', 'box.example.com\nx', 'box.example.com\\a']],
  ['host', parseHost, /./, ['https:box.example.com', 'https:/box.example.com', 'box:99999']],
  ['host', parseHost, /./, ['ftp://box.example.com', 'box$(id)', 'box/a;b', 'box/%20', 'box?x=1']],
  ['host', parseHost, /'password'/, ['https://ci:pass@box.example', 'https://:@box.example']],
  ['host', parseHost, /http:/, ['http://box.b', 'http://localhost.a', 'http://127.a.b']],
  ['host', parseHost, /http:/, ['http://10.0.0.1', 'http://192.168.1.1', 'http://172.16.0.1']],
  ['host', parseHost, /http:/, ['http://[fd00::1]', 'http://box.local', 'http://169.254.1.1']],
  ['TOTP secret', parseTotpSecret, /six/, ['123456', '123 456']],
  ['TOTP secret', parseTotpSecret, /short/, ['JBSWY3DP']],
  ['TOTP secret', parseTotpSecret, /Base32/, [`${SECRET}1`, 'JBSW=Y3DPEHPK3PXPJBSW']],
  ['TOTP secret', parseTotpSecret, /otpauth/, [`https://a.b/?secret=${SECRET}`, OTPAUTH.replace('totp', 'steam')]],
  ['TOTP secret', parseTotpSecret, /no secret/, ['otpauth://totp/ci', OTPAUTH.replace('secret', 'key')]],
  ['TOTP secret', parseTotpSecret, /six digits/, [`${OTPAUTH}&digits=8`, `${OTPAUTH}&digits=16`]],
  ['TOTP secret', parseTotpSecret, /every 30 s/, [`${OTPAUTH}&period=60`, `${OTPAUTH}&digits=6&period=3`]],
  ['TOTP secret', parseTotpSecret, /HOTP/, [OTPAUTH.replace('totp', 'hotp'), OTPAUTH.replace('totp', 'HOTP')]],
  ['TOTP secret', parseTotpSecret, /SHA-1/, [`${OTPAUTH}&algorithm=SHA256`, `${OTPAUTH}&algorithm=SHA-512`]],
];
const EACH_INVALID = INVALID.flatMap(([name, parse, datum, values]) =>
  values.map((given) => [name, given, parse, datum] as const),
);
test.each(EACH_INVALID)('invalid %s: %j', (_, given, parse, datum) => {
  expect(rejection(parse, given)).toMatch(datum);
});

test.each([
  ['other text', 'not a certificate at all', /BEGIN/],
  ['one that is cut off', cert.slice(0, 200), /BEGIN/],
  ['a good one and a corrupted one', cert + corrupted, /read/],
  ['/etc/ssl/box.pem', '/etc/ssl/box.pem', /path/],
  ['./box.pem', './box.pem', /path/],
  ['D:\\a\\box.pem', 'D:\\a\\box.pem', /path/],
  ['SHA-256 in hex', `Fingerprint of x=${'AB:'.repeat(31)}CD`, /fingerprint/],
  ['SHA-1 in hex', 'ab '.repeat(20), /fingerprint/],
  ['SHA-256 in base64', `SHA256:${SECRET}`, /fingerprint/],
  ['a pin in base64', `sha256/${SECRET}=`, /fingerprint/],
  ['one with its key', cert + key, /private key/],
  ['a key on one line', key.replaceAll('\n', '\\n'), /private key/],
  ['one with an RSA key', cert + key.replaceAll('PRI', 'RSA PRI'), /private key/],
])('invalid certificate: %s', (_, given, datum) => {
  expect(rejection(parseCertificates, given)).toMatch(datum);
});

test.each('00A0 00AD 061C 2003 200B 2028 202E 205F 2060 2066 3000 FE0F FEFF'.split(' '))('U+%s is named', (code) => {
  const hidden = String.fromCodePoint(Number(`0x${code}`));
  expect(rejection(parseEmail, `ci${hidden}@example.com`)).toContain(`U+${code}`);
  expect(rejection(parsePassword, `${hidden}long password`)).toContain(`U+${code}`);
  expect(rejection(parseHost, `box.example.com${hidden}`)).toContain(`U+${code}`);
});

/** What parsers stumble over. */
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...':/@?#[]\\.%=&;$`\'"\n\r\t\0\u001b\u2028 aA1-_ü') }),
);
const hosts = fc.oneof(
  text,
  fc.domain(),
  fc.domain().map((name) => `https://${name}/admin`),
);
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
