import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { quote as sanitize } from '../../src/box/quote.ts';
import { keepSecret as addSecret } from '../../src/box/secrets.ts';
import { ADMIN } from '../support.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64Url = (text: string) => Buffer.from(text).toString('base64url');
const html = (text: string) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? '&quot;');

/** How servers, proxies and libraries echo a secret. */
const ENCODINGS: ReadonlyArray<[name: string, encode: (secret: string) => string]> = [
  ['plain', (secret) => secret],
  ['in a URI', encodeURIComponent],
  ['in a form', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  ['in JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['in HTML', (secret) => html(secret).replaceAll("'", '&#39;')],
  ['in HTML by Python', (secret) => html(secret).replaceAll("'", '&#x27;')],
  ['in Base64', base64],
  ['in Base64, shifted by one', (secret) => base64(`x${secret}`)],
  ['in Base64, shifted by two', (secret) => base64(`xy${secret}?>`)],
  ['in URL-safe Base64', base64Url],
  ['in URL-safe Base64, shifted by one', (secret) => base64Url(`x${secret}?>`)],
  ['in URL-safe Base64, shifted by two', (secret) => base64Url(`xy${secret}`)],
  ['split by invisible characters', (secret) => [...secret].join('\u200b')],
  ['split by terminal sequences', (secret) => [...secret].join('\u001b[1m')],
];

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

test.each([
  ['before', ['wolf', 'wolfhound-of-the-moor']],
  ['after', ['fishery-at-the-lake', 'fish']],
])('a short secret that is registered %s a longer one leaves no rest of it', (_, secrets) => {
  for (const secret of secrets) addSecret(secret);
  for (const secret of secrets) expect(sanitize(`<${secret}>`)).not.toMatch(/hound|moor|lake/);
});

test.each([
  ['of two lines', 'line no. 1\r\nline no. 2\n', '<line no. 1> <line no. 2>'],
  ['with odd spaces', 'a tab\tand  spaces', '<a tab\tand  spaces>'],
  ['that would be cut', 'cut this secret', `${'x'.repeat(290)}cut this secret`],
])('a secret %s is not shown', (_, secret, text) => {
  addSecret(secret);
  expect(sanitize(text)).not.toMatch(/line|tab|cut/);
});

test.each([
  ['plain text', 'Hello (you): 100% "ünïcödé" & <b>', /^Hello .* 100% "ünïcödé" & <b>$/],
  ['line breaks', 'a\r\nb\u2028c\u2029d\u0085e\vf\fg\n', /^a b c d e f g$/],
  ['terminal sequences', '\u001b[31mred\u001b[0m\u0007', /^red$/],
  ['bidirectional and invisible characters', 'a\u202eb\u200bc\u2066d', /^a ?b ?c ?d$/],
  ['a command of the runner', 'x ##[error]y ##\u001b[0m[error]z', /^x .*y .*z$/],
  ['300 characters', 'x'.repeat(300), /^x{300}$/],
  ['301 characters', 'x'.repeat(301), /^x{200,299}[^x]*$/],
  ['pairs of surrogates', '💥'.repeat(400), /^(💥){200,299}[^💥]*$/u],
])('%s', (_, text, expected) => {
  expect(sanitize(text)).toMatch(expected);
  expectHarmless(sanitize(text));
});

test('any text becomes one line of at most 300 characters without a command', () => {
  const unit = fc.constantFrom(...'#[]:a💥 \n\0\u001b\u200b\u202e\u00ad\u{e0001}\u2028\ud83d');
  const any = fc.string({ unit, maxLength: 400 });
  fc.assert(fc.property(any, (text) => expectHarmless(sanitize(text))));
});

function expectHarmless(text: string): void {
  expect([...text].length).toBeLessThanOrEqual(300);
  expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|##\[/u);
}
