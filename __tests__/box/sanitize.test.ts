import { expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { ENCODINGS } from '../../devkit/box/encodings.ts';
import { sanitize } from '../../src/box/sanitize.ts';
import { addSecret } from '../../src/box/secrets.ts';

const HARMLESS = [
  'https://sso.example.com/login?next=%2Fadmin&state=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0',
  'DNS:box.example.com, DNS:www.example.com, IP Address:192.0.2.1',
  '<hr><center>nginx/1.24.0 (Ubuntu)</center>',
];

const WITHHELD = '[withheld: contains a secret]';
/** A box takes no shorter ones. Encodings change half of the characters. */
const PASSWORD = fc.string({
  unit: fc.oneof(fc.string({ minLength: 1, maxLength: 1 }), fc.constantFrom(...' \\"\'<>&+/%nu0#;')),
  minLength: 8,
  maxLength: 24,
});

test('500 random passwords are not shown in any form, and hide nothing else', () => {
  // One secret at a time: nothing is withheld because of another, and the test takes a second.
  const add = jest.spyOn(Set.prototype, 'add');
  addSecret('to find the registry');
  const [registry] = add.mock.contexts;
  add.mockRestore();
  const isWithheld = (text: string) => sanitize(text) === WITHHELD;
  const harmless: string[] = [];
  for (const password of fc.sample(PASSWORD, 500)) {
    if (registry instanceof Set) registry.clear();
    addSecret(password);
    const shown = ENCODINGS.filter(([, encoded]) => !isWithheld(`a ${encoded(password)} b`));
    expect(shown.map(([name]) => `${name}: ${password}`)).toEqual([]);
    harmless.push(...HARMLESS.filter(isWithheld));
  }
  expect(harmless.length).toBeLessThan(10);
});

test.each([
  ['of two lines', 'line no. 1\r\nline no. 2\n', '<line no. 1> <line no. 2>'],
  ['with odd spaces', 'a tab\tand  spaces', '<a tab\tand  spaces>'],
  ['that would be cut', 'cut this secret', `${'x'.repeat(115)}cut this secret`],
  ['of symbols only', '~!@#$%^&*()', 'URI %7E%21%40%23%24%25%5E%26*()'],
  ['that is short', 'q+w', 'https://example.com/?q%2Bw'],
  ['with letters that are not ASCII', 'Ünï "cödé"', 'Ünï &quot;cödé&quot;'],
  ['without its last space', 'ends with a space ', 'ends with a space'],
])('a secret %s is not shown', (_, secret, text) => {
  addSecret(secret);
  expect(sanitize(text)).toBe(WITHHELD);
});

test.each([
  ['plain text', 'Hello (you): 100% "ünïcödé" & <b>', /^Hello .* 100% "ünïcödé" & <b>$/],
  ['line breaks', 'a\r\nb\u2028c\u2029d\u0085e\vf\fg\n', /^a b c d e f g$/],
  ['terminal sequences', '\u001b[31mr\u001b[2Ke\u001b[1;5Hd\u001b[0m\u0007', /^red$/],
  ['bidirectional and invisible characters', 'a\u202eb\u200bc\u2066d', /^a ?b ?c ?d$/],
  ['a command of the runner', 'x ##[group]y ##\u001b[0m[error]z', /^x .*y .*z$/],
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
