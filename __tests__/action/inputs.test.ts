import { expect, jest, test } from '@jest/globals';
import { certificate } from '../../devkit/box/certificates.ts';
import { readManifest } from '../../devkit/manifest.ts';
import { type Inputs, maskAndReadInputs } from '../../src/action/inputs.ts';
import type { BoxError } from '../../src/box/errors.ts';
import { ADMIN, TOTP } from '../support.ts';

const INVALID_INPUT = 'Invalid input';
type Variables = Readonly<Record<string, string>>;

const { email, password } = ADMIN;
const { totpSecret = '' } = TOTP;
const { cert } = certificate('issued');
const { inputs: DECLARED } = readManifest();
const NAMES = Object.keys(DECLARED);
/** The longest first: `verify-logout` has another name in it. */
const NAME = new RegExp(`\\b(${NAMES.toSorted((a, b) => b.length - a.length).join('|')})\\b`, 'g');
/** What email and password give. */
const DEFAULTS: Inputs = {
  email,
  password,
  url: 'https://box.example.com/admin',
  totpSecret: undefined,
  ca: undefined,
  privilege: undefined,
  timeout: 120,
  logout: true,
  verifyLogout: false,
};
/** What an email in this domain gives. */
const of = (domain: string) => ({ email: `ci@${domain}`, url: `https://box.${domain}/admin` });
/** As a composite action gives them. */
const EMPTY = Object.fromEntries(NAMES.slice(2).map((name) => [name, '']));

type Valid = [name: string, Variables, Partial<Inputs>];
test.each<Valid>([
  ['only email and password', {}, {}],
  ['empty optional inputs', EMPTY, {}],
  ['a domain of three labels', { email: 'ci@a.co.uk' }, of('a.co.uk')],
  ['a subdomain', { email: 'ci@mail.example.com' }, of('mail.example.com')],
  ['an email with spaces around it', { email: ` ${email}\n` }, {}],
  ['a password with line breaks after it', { password: `${password}\r\n\n` }, {}],
  ['a password with spaces around it', { password: '  spaces  ' }, { password: '  spaces  ' }],
  ['a password of two lines', { password: 'two\nlines' }, { password: 'two\nlines' }],
  ['host', { host: 'https://example.net:8443/box' }, { url: 'https://example.net:8443/box' }],
  ['totp-secret', { 'totp-secret': ` ${totpSecret.toLowerCase()}` }, { totpSecret }],
  ['ca-certificate', { 'ca-certificate': `The box:\n${cert}` }, { ca: cert.trim() }],
  ['require-privilege', { 'require-privilege': 'admin' }, { privilege: 'admin' }],
  ['the shortest timeout', { timeout: '1' }, { timeout: 1 }],
  ['the longest timeout', { timeout: ' 21600 ' }, { timeout: 21_600 }],
  ...['False', 'FALSE'].map((no): Valid => [`logout: ${no}`, { logout: no }, { logout: false }]),
  ...['True', 'TRUE'].map((yes): Valid => [`verify-logout: ${yes}`, { 'verify-logout': yes }, { verifyLogout: true }]),
])('%s', (_, inputs, expected) => {
  const { value } = read({ email, password, ...inputs });
  expect(value).toEqual({ ...DEFAULTS, ...expected });
});

test.each<[input: string, value: string, others?: Variables]>([
  ['email', ''],
  ['email', ' \n'],
  ['email', 'name without a domain'],
  ['password', ''],
  ['password', '  \r\n'],
  ['password', 'a long pässword'],
  ['host', 'http://box.example.com'],
  ['totp-secret', '123456'],
  ['ca-certificate', 'path/of/box.pem'],
  ['require-privilege', 'Not a privilege!'],
  ['require-privilege', 'Admin'],
  ...['0', '-1', '21601', '1.5', '1e3', '2m', 'Infinity'].map((value): [string, string] => ['timeout', value]),
  ['logout', 'yes'],
  ['logout', 'tRUE'],
  ['verify-logout', '1'],
  ['verify-logout', 'true', { logout: 'false' }],
])('an invalid input is reported by its name: %s %j', (input, value, others = {}) => {
  const { error } = read({ email, password, ...others, [input]: value });
  expect(error?.title).toBe(INVALID_INPUT);
  expect(namesIn(error?.message)[0]).toBe(input);
  // An invalid email gives no default host, which is not reported beside it.
  if (input === 'email') expect(namesIn(error?.message)).not.toContain('host');
  if (value.length > 10) expect(error?.message).not.toContain(value);
  const aboutForks = value.trim() === '' ? expect.stringContaining('fork') : expect.not.stringContaining('fork');
  expect(error?.remedy).toEqual(aboutForks);
});

test('all invalid inputs are reported at once', () => {
  const { error } = read(Object.fromEntries(NAMES.map((name) => [name, 'in välid'])));
  expect(error?.title).toBe(INVALID_INPUT);
  expect(namesIn(error?.message)).toEqual(NAMES);
  // A runner takes 4,096, of which the link has up to 200.
  expect(`${error?.message}. ${error?.remedy}`).toMatch(/^.{1,3800}$/);
});

test.each<[message: string, remedy: string, Variables, missing?: string]>([
  ["'verify-logout' didn't arrive", 'with bash', {}, 'verify-logout'],
  ["'timeout' didn't arrive", 'with bash', {}, 'timeout'],
  ["'logout' didn't arrive", 'with bash', {}, 'logout'],
  ["Input 'host' has no host name", "doesn't exist", { email: 'ci', host: 'https:///admin' }],
])('%s: the fix', (...row) => {
  const [message, remedy, inputs, missing] = row;
  const error = { message: expect.stringContaining(message), remedy: expect.stringContaining(remedy) };
  expect(read({ email, password, ...inputs }, missing).error).toMatchObject(error);
});

test('secrets are masked in every form that is sent', () => {
  const secret = totpSecret.replaceAll('J', 'K');
  const given = secret.toLowerCase().replaceAll('k', 'k ');
  const inputs = { email: 'ci@bücher.example', password: 'masked\n100%\r\n', 'totp-secret': `${given}=` };
  const basic = Buffer.from('ci@xn--bcher-kva.example:masked\n100%').toString('base64');
  const { masks } = read(inputs);
  expect(new Set(masks)).toEqual(new Set(['masked%0A100%25', `${given}=`, secret, basic]));
});

test('secrets are masked even if inputs are invalid, and nothing is if they are blank', () => {
  const invalid = { email: 'ci', password: 'mäsked', 'totp-secret': 'masked!', timeout: 'soon' };
  expect(read(invalid).masks).toEqual(['mäsked', 'masked!']);
  expect(read({ email, password: ' \n', 'totp-secret': ' ' }).masks).toEqual([]);
});

interface Outcome {
  readonly value?: Inputs;
  readonly error?: Pick<BoxError, 'title' | 'message' | 'remedy'>;
  /** As they are printed. */
  readonly masks: string[];
}

/** Reads inputs as a runner gives them, with the defaults of action.yml, but without the one that is missing. */
function read(inputs: Variables, missing = ''): Outcome {
  for (const [name, { default: value = '' }] of Object.entries(DECLARED)) {
    process.env[`INPUT_${name.toUpperCase()}`] = inputs[name] ?? value;
  }
  delete process.env[`INPUT_${missing.toUpperCase()}`];
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  let outcome: Omit<Outcome, 'masks'>;
  try {
    outcome = { value: maskAndReadInputs() };
  } catch (error) {
    outcome = { error: error as BoxError };
  }
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return { ...outcome, masks: printed.match(/(?<=^::add-mask::).*$/gm) ?? [] };
}

/** The inputs that a text names, each once. */
function namesIn(text = ''): string[] {
  return [...new Set(text.match(NAME))];
}
