import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addSecret, sanitize } from '../../src/box/untrusted.ts';
import { ADMIN } from '../support.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64Url = (text: string) => Buffer.from(text).toString('base64url');
const html = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? '&quot;');
const uri = encodeURIComponent;
const each = (secret: string, encode: (code: number) => string) =>
  [...secret].map((c) => encode(c.codePointAt(0) ?? 0)).join('');
const hex = (code: number) => code.toString(16).padStart(4, '0');

/** How servers, proxies and libraries echo a secret. */
const ENCODINGS: ReadonlyArray<[name: string, encode: (secret: string) => string]> = [
  ['plain', (secret) => secret],
  ['in a URI', uri],
  ['in a URI, lower case', (secret) => uri(secret).replace(/%../g, (code) => code.toLowerCase())],
  [
    'in a URI, escaped whole',
    (secret) => `%${Buffer.from(secret).toString('hex').replace(/..\B/g, '$&%')}`,
  ],
  ['in a form', (secret) => uri(secret).replaceAll('%20', '+')],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  [
    'in JSON with escaped slashes',
    (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  ],
  ['in JSON, escaped whole', (secret) => each(secret, (code) => `\\u${hex(code)}`)],
  ['in HTML', (secret) => html(secret).replaceAll("'", '&#39;')],
  ['in HTML by Python', (secret) => html(secret).replaceAll("'", '&#x27;')],
  ['in HTML, named', (secret) => html(secret).replaceAll("'", '&apos;')],
  ['in HTML, decimal', (secret) => each(secret, (code) => `&#${code};`)],
  ['in HTML, hexadecimal', (secret) => each(secret, (code) => `&#x${hex(code)};`)],
  ['in Base64', base64],
  ['in Base64, shifted by one', (secret) => base64(`x${secret}`)],
  ['in Base64, shifted by two', (secret) => base64(`xy${secret}?>`)],
  ['in Base64 of several lines', (secret) => base64(secret).replace(/.{5}/g, '$&\r\n')],
  ['in URL-safe Base64', base64Url],
  ['in URL-safe Base64, shifted by one', (secret) => base64Url(`x${secret}?>`)],
  ['in URL-safe Base64, shifted by two', (secret) => base64Url(`xy${secret}`)],
  ['split by invisible characters', (secret) => [...secret].join('\u200b')],
  ['split by terminal sequences', (secret) => [...secret].join('\u001b[1m')],
];

const WITHHELD = '[withheld: contains a secret]';
const SECRETS = [ADMIN.password, 'Ünï "cödé" & <more>', 'h3x0f4dead5beef6cafe7'];

/** Whether a piece of the text, of so many characters, is in the sanitized one. */
function leaks(sanitized: string, text: string, length: number): boolean {
  return [...text.slice(length - 1)].some((_, at) =>
    sanitized.includes(text.slice(at, at + length)),
  );
}

test.each(ENCODINGS)('a secret %s is not shown', (_, encode) => {
  for (const secret of SECRETS) addSecret(secret);
  const any = [fc.constantFrom(...SECRETS), fc.string(), fc.string()] as const;
  const property = fc.property(...any, (secret, before, after) => {
    const shown = sanitize(`${before}<${encode(secret)}>${after}`);
    expect(leaks(shown, secret, 6) || leaks(shown, encode(secret), 12)).toBe(false);
  });
  fc.assert(property);
});

const PASSWORD = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 24 });
test.each(ENCODINGS)('a random password %s is not shown', (_, encode) => {
  const property = fc.property(PASSWORD, fc.string(), (password, around) => {
    fc.pre(password.replace(/[^a-z\d]/gi, '').length >= 4);
    addSecret(password);
    expect(sanitize(`${around} ${encode(password)} ${around}`)).toBe(WITHHELD);
  });
  fc.assert(property, { numRuns: 25 });
});

test.each([
  ['of two lines', 'line no. 1\r\nline no. 2\n', '<line no. 1> <line no. 2>'],
  ['with odd spaces', 'a tab\tand  spaces', '<a tab\tand  spaces>'],
  ['that would be cut', 'cut this secret', `${'x'.repeat(115)}cut this secret`],
  ['of symbols only', '~!@#$%^&*()', 'URI %7E%21%40%23%24%25%5E%26*()'],
  ['without its last space', 'ends with a space ', 'ends with a space'],
])('a secret %s is not shown', (_, secret, text) => {
  addSecret(secret);
  expect(sanitize(text)).toBe(WITHHELD);
});

test.each([
  ['plain text', 'Hello (you): 100% "ünïcödé" & <b>', /^Hello .* 100% "ünïcödé" & <b>$/],
  ['line breaks', 'a\r\nb\u2028c\u2029d\u0085e\vf\fg\n', /^a b c d e f g$/],
  ['terminal sequences', '\u001b[31mred\u001b[0m\u0007', /^red$/],
  ['bidirectional and invisible characters', 'a\u202eb\u200bc\u2066d', /^a ?b ?c ?d$/],
  ['a command of the runner', 'x ##[error]y ##\u001b[0m[error]z', /^x .*y .*z$/],
  ['120 characters', 'x'.repeat(120), /^x{120}$/],
  ['121 characters', 'x'.repeat(121), /^x{119}…$/],
  ['pairs of surrogates', '💥'.repeat(400), /^(💥){119}…$/u],
])('%s', (_, text, expected) => {
  expect(sanitize(text)).toMatch(expected);
  expectHarmless(sanitize(text));
});

test('any text becomes one line of at most 120 characters without a command', () => {
  const unit = fc.constantFrom(...'#[]:a💥 \n\0\u001b\u200b\u202e\u00ad\u{e0001}\u2028\ud83d');
  const any = fc.string({ unit, size: 'large' });
  fc.assert(fc.property(any, (text) => expectHarmless(sanitize(text))));
});

function expectHarmless(text: string): void {
  expect([...text].length).toBeLessThanOrEqual(120);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|##\[/u);
}
