import { describe, expect, test } from '@jest/globals';
import { makeCertificate } from '../../devkit/box/certificate.ts';
import { checkCertificates } from '../../src/box/certificates.ts';
import { checkEmail, checkPassword } from '../../src/box/credentials.ts';
import { InvalidValueError } from '../../src/box/errors.ts';
import { quote } from '../../src/box/quote.ts';
import { retryAfterSeconds } from '../../src/box/retry-after.ts';
import { keepSecret, withoutSecrets } from '../../src/box/secrets.ts';
import { checkTotpSecret } from '../../src/box/totp.ts';

describe('an email', () => {
  test.each([
    ['ci@example.com', 'ci@example.com'],
    ['CI+x@Example.COM', 'CI+x@Example.COM'],
    ['ci@müller.example', 'ci@xn--mller-kva.example'],
    ['"a@b"@example.com', '"a@b"@example.com'],
  ])('%s is sent as %s', (email, sent) => {
    expect(checkEmail(email)).toBe(sent);
  });

  test.each([
    '',
    'ci',
    '@example.com',
    'ci@',
    'ci @example.com',
    'c:i@example.com',
    'cí@example.com',
    'ci@\u0000',
    'ci@exa mple.com',
    'ci@xn--ü',
  ])('%j is refused', (email) => {
    expect(() => checkEmail(email)).toThrow(InvalidValueError);
  });
});

test('a password is ASCII, and all of that', () => {
  expect(checkPassword(' a:b\t"~ ')).toBe(' a:b\t"~ ');
  expect(() => checkPassword('pässword')).toThrow(InvalidValueError);
});

describe('a base32 secret', () => {
  const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
  test.each([
    SECRET,
    'jbsw y3dp ehpk 3pxp jbsw y3dp ehpk 3pxp',
    ` ${SECRET}==\n`,
    `otpauth://totp/box:ci%40example.com?secret=${SECRET}&issuer=box`,
    `otpauth://totp/ci?algorithm=SHA1&digits=6&period=30&secret=${SECRET}`,
  ])('%j is read', async (given) => {
    expect(await checkTotpSecret(given)).toBe(SECRET);
  });

  test.each([
    ['123456', /not base32/],
    ['JBSWY3DP1', /not base32/],
    ['JBSW=Y3DP', /not base32/],
    ['JBSWY3DP', /too short/],
    ['otpauth://totp/ci', /URI that can be read/],
    ['https://example.com', /URI that can be read/],
    [`otpauth://hotp/ci?counter=1&secret=${SECRET}`, /another kind/],
    [`otpauth://totp/ci?digits=8&secret=${SECRET}`, /another kind/],
    [`otpauth://totp/ci?algorithm=SHA256&secret=${SECRET}`, /another kind/],
  ])('%j is refused', async (given, fault) => {
    await expect(checkTotpSecret(given)).rejects.toThrow(InvalidValueError);
    await expect(checkTotpSecret(given)).rejects.toThrow(fault);
  });
});

describe('a PEM text', () => {
  const { ca } = makeCertificate('self-signed', 'localhost');
  test.each([
    ['one certificate', ca, 1],
    ['two', ca + ca, 2],
    ['with CRLF', ca.replaceAll('\n', '\r\n'), 1],
    ['with text around', `subject: x\n${ca}trailing`, 1],
  ])('%s is read', (_, pem, count) => {
    expect(checkCertificates(pem)).toBe(ca.replaceAll('\r\n', '\n').repeat(count));
  });

  test.each([
    ['rubbish', 'rubbish', /no certificate/],
    ['a certificate that is cut off', ca.slice(0, 200), /no certificate/],
    ['rubbish in the form of one', ca.replace(/M/g, 'N'), /not a certificate \(number 1\)/],
    ['a second one that is none', ca + ca.replace(/M/g, 'N'), /not a certificate \(number 2\)/],
    [
      'a private key',
      '-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----',
      /a private key/,
    ],
    ['a private key beside it', `${ca}-----BEGIN PRIVATE KEY-----\nx`, /a private key/],
  ])('%s is refused', (_, pem, fault) => {
    expect(() => checkCertificates(pem)).toThrow(InvalidValueError);
    expect(() => checkCertificates(pem)).toThrow(fault);
  });
});

test.each([
  ['0', 0],
  [' 120 ', 120],
  ['Tue, 24 Nov 2026 12:00:30 GMT', 30],
  ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['Tuesday, 24-Nov-26 12:00:30 GMT', 30],
  // asctime's form is GMT without saying so.
  ['Tue Nov 24 12:00:30 2026', 30],
  ['9'.repeat(400), 1_000_000_000],
  ['soon', undefined],
  ['2026-11-24', undefined],
  [undefined, undefined],
])('Retry-After: %s means %s s', (header, seconds) => {
  expect(retryAfterSeconds(header, Date.parse('2026-11-24T12:00:00Z'))).toBe(seconds);
});

describe('foreign text', () => {
  test.each([
    ['a\r\nb\u2028c\u0085d\ve', 'a b c d e'],
    ['\u001b[31mred\u001b[0m\u0007', 'red'],
    ['##[error]x ##\u001b[0m[error]y', '## [error]x ## [error]y'],
    ['a\u202eb\u200bc', 'a b c'],
    ['  ::error::x', '::error::x'],
    ['x'.repeat(301), `${'x'.repeat(299)}…`],
    ['x'.repeat(300), 'x'.repeat(300)],
    ['💥'.repeat(400), `${'💥'.repeat(299)}…`],
  ])('%j is quoted as %j', (text, quoted) => {
    expect(quote(text)).toBe(quoted);
  });

  test('loses the secrets, in all their forms, also those that cleaning would bring together', () => {
    keepSecret('p&ss "word"\nof two lines');
    for (const form of [
      'p&ss "word"',
      'p%26ss%20%22word%22',
      'p&ss \\"word\\"',
      'of two lines',
      Buffer.from('of two lines').toString('base64'),
    ]) {
      expect(withoutSecrets(`a${form}b`)).toBe('a***b');
    }
    expect(quote('p&ss\u001b[0m "word"')).toBe('***');
    keepSecret('a tab\tand  two spaces');
    expect(quote('x a tab\tand  two spaces y')).toBe('x *** y');
    expect(quote(`${'x'.repeat(295)}of two lines`)).toBe(`${'x'.repeat(295)}***`);
  });
});
