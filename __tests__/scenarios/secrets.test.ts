import { expect, test } from '@jest/globals';
import { startBox, type When } from '../../devkit/box/box.ts';
import { certificate } from '../../devkit/box/certificates.ts';
import { type Fault, redirect, respondWith } from '../../devkit/box/faults.ts';
import { startProxy } from '../../devkit/box/proxy.ts';
import { run, TOTP } from '../support.ts';

const ACCOUNT = { ...TOTP, password: `it's "100%" <s3cret> & a/b\\c?~` };
const { email, password, totpSecret = '' } = ACCOUNT;
const SPACED = totpSecret.toLowerCase().replace(/.{4}\B/g, '$& ');
const INPUTS = { email, password, 'totp-secret': SPACED, 'verify-logout': 'true' };

const NAMES = ['amp', 'lt', 'gt', 'quot', '#39'];
const html = (text: string) => text.replace(/[&<>"']/g, (c) => `&${NAMES['&<>"\''.indexOf(c)]};`);
const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');

/** The forms in which a server may print a secret. */
const ENCODINGS: Array<[name: string, encode: (secret: string) => string]> = [
  ['colored characters', (secret) => [...secret].join('\u001b[0m')],
  ['text that is cut off', (secret) => 'z'.repeat(280) + secret],
  ['URI', encodeURIComponent],
  ['form', (secret) => encodeURIComponent(secret).replaceAll('%20', '+')],
  ['JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
  ['HTML', html],
  ['HTML by Python', (secret) => html(secret).replaceAll('#39', '#x27')],
  ['base64', (secret) => base64(`${secret}?>`)],
  ['base64, one off', (secret) => base64(`x${secret}?>`)],
  ['base64, two off', (secret) => base64(`xy${secret}?>`)],
  ['base64url', (secret) => base64url(`${secret}?>`)],
  ['base64url, one off', (secret) => base64url(`x${secret}?>`)],
  ['base64url, two off', (secret) => base64url(`xy${secret}?>`)],
];

type Echo = (text: string) => Fault;
const header = (text: string) => text.replaceAll(/[^\t -~\u0080-\u00ff]/g, ' ');
const reason: Echo = (text) => respondWith(JSON.stringify({ status: 'invalid', reason: text }));
const status: Echo = (text) => respondWith(JSON.stringify({ status: text }));
const location: Echo = (text) => redirect(`https://elsewhere.test/${header(text)}`);
const xReason: Echo = (text) => respondWith(text, 401, { 'X-Reason': header(text) });
/** In a field beside a key, with the key. */
const beside: (field: string) => Echo = (field) => (text) => async (exchange) => {
  const { api_key } = JSON.parse((await exchange.handle()).body.toString());
  const me = { status: 'ok', api_key, [field]: `${api_key} ${text}` };
  return respondWith(JSON.stringify(me))(exchange);
};

const PROXY_USER = 'user:100% "secret" of the proxy';
type Row = [name: string, at: NonNullable<When['at']>, Echo, secret?: string];
const ECHOES: Row[] = [
  ['reason', 'login', reason, password],
  ['status', 'login', status, base64(`${email}:${password}`)],
  ['Location', 'login', location, PROXY_USER],
  ['email', 'login', beside('email'), `${totpSecret} ${SPACED}`],
  ['privileges', 'login', beside('privileges'), password],
  ['status', 'logout', status],
  ['Location', 'logout', location],
  ['Location', 'verify', location],
  ['X-Reason', 'verify', xReason],
];
const COMMANDS = [...'\n\r\u2028\u2029\u0085\v\f'].map((end) => `${end}::error::x`).join('');
const HOSTILE = `${COMMANDS} ##[error]x ##\u200b[group]x \u001b[31mx\u001b]0;x\u0007\u009b1m \u202ex`;

test.concurrent.each(ECHOES)('hostile text stays on its line: %s at %s', async (_, at, echo) => {
  await using box = await startBox({ accounts: [ACCOUNT] });
  box.inject(echo(HOSTILE + 'y'.repeat(9_000)), { at });
  const { main, post } = await run(box, { inputs: INPUTS });
  const lines = printed(main.raw + post.raw);
  expect(lines.match(/^::(error|warning) title=/gm)).toHaveLength(1);
  expect(lines).not.toMatch(/^::(?!debug::|(error|warning) title=)|%0[AD]|##\[|y{300}/m);
  expect(lines.replaceAll(/\r?\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
});

test.concurrent.each<Row>([
  ...ECHOES,
  ...ENCODINGS.map(([name, encode]): Row => [name, 'login', reason, encode(password)]),
])('a secret is not printed: %s at %s', async (_, at, echo, secret) => {
  await using box = await startBox({ accounts: [ACCOUNT], name: 'box.test' });
  await using proxy = await startProxy({ credentials: PROXY_USER });
  const text = () => secret ?? `${box.keys.issued()} ${base64(`${email}:${box.keys.issued()}`)}`;
  box.inject((exchange) => echo(text())(exchange), { at });
  const { main, post } = await run(box, { inputs: INPUTS, env: { https_proxy: proxy.url } });
  expect(proxy.tunnels).toContain(box.host);
  expectNone(text(), main.raw + post.raw);
});

test.concurrent.each<[input: string, value: string, secret?: string]>([
  ['password', 'a pässword of other characters'],
  ['totp-secret', 'not base32: 0189'],
  ['totp-secret', `otpauth://totp/box?digits=8&secret=${totpSecret}`, totpSecret],
  ['host', 'https://ci:password-in-the-host@localhost', 'password-in-the-host'],
  ['ca-certificate', certificate('issued').key],
])('an invalid %s is not printed', async (input, value, secret = value) => {
  await using box = await startBox();
  const { main } = await run(box, { inputs: { [input]: value } });
  expect([main.annotations.length, box.requestLog]).toEqual([1, []]);
  expectNone(secret, main.raw);
});

/** All but the masks, percent signs decoded. */
function printed(raw: string): string {
  return raw.replaceAll(/^::add-mask::.*$/gm, '').replaceAll('%25', '%');
}

/** Fails if twelve characters of the text were printed, whatever is between them. */
function expectNone(text: string, raw: string): void {
  const squeeze = (each: string) => each.replaceAll(/\u001b\[0m|^z+|[\s\p{C}]/gu, '');
  const [all, given] = [squeeze(printed(raw)), squeeze(text)];
  for (let i = 0; i + 12 <= given.length; i++) expect(all).not.toContain(given.slice(i, i + 12));
}
