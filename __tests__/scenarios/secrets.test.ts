import { expect, test } from '@jest/globals';
import { startBox, type When } from '../../devkit/box/box.ts';
import { certificate } from '../../devkit/box/certificates.ts';
import { type Fault, respondWith } from '../../devkit/box/faults.ts';
import { startProxy } from '../../devkit/box/proxy.ts';
import { basic, printed, run, TOTP } from '../support.ts';

const ACCOUNT = { ...TOTP, password: `it's "100%" <s3cret> & a/b\\c?~` };
const { email, password, totpSecret = '' } = ACCOUNT;
const SPACED = totpSecret.toLowerCase().replace(/.{4}\B/g, '$& ');
const INPUTS = { email, password, 'totp-secret': SPACED, 'verify-logout': 'true' };

type Echo = (text: string) => Fault;
const header = (text: string) => text.replaceAll(/[^\t -~\u0080-\u00ff]/g, ' ');
const reason: Echo = (text) => respondWith(JSON.stringify({ status: 'invalid', reason: text }));
const location: Echo = (text) => {
  const headers = { Location: `https://elsewhere.test/${header(text)}`, Server: header(text) };
  return respondWith('', 301, headers);
};
const xReason: Echo = (text) => respondWith(text, 401, { 'X-Reason': header(text) });
/** The error of JSON.parse, which debug logging shows, quotes ten characters of it. */
const notJson: Echo = (text) => respondWith(`[${text}`);
/** Beside a key, with the key. */
const privileges: Echo = (text) => async (exchange) => {
  const { api_key } = JSON.parse((await exchange.handle()).body.toString());
  const me = { status: 'ok', api_key, privileges: `${api_key} ${text}` };
  return respondWith(JSON.stringify(me))(exchange);
};

const PROXY_USER = 'user:100% "secret" of the proxy';
type Row = [name: string, at: NonNullable<When['at']>, Echo, secret?: string];
/** By default the secret is the key, plain and in its Basic form; sanitize.test.ts has the other forms. */
const ECHOES: Row[] = [
  ['reason', 'login', reason, `${SPACED} ${totpSecret}`],
  ['Location', 'login', location, PROXY_USER],
  ['invalid JSON', 'login', notJson, password],
  ['privileges', 'login', privileges, basic(email, password)],
  ['Location', 'logout', location],
  ['X-Reason', 'verify', xReason],
];

test.concurrent.each(ECHOES)('a secret is not printed: %s at %s', async (_, at, echo, secret) => {
  await using box = await startBox({ accounts: [ACCOUNT], name: 'box.test' });
  await using proxy = await startProxy({ credentials: PROXY_USER });
  const text = () => secret ?? `${box.keys.issued()} ${basic(email, box.keys.issued().join())}`;
  box.inject((exchange) => echo(text())(exchange), { at });
  const { main, post } = await run(box, { inputs: INPUTS, env: { https_proxy: proxy.url } });
  expect(proxy.tunnels).toContain(box.host);
  expectNone(text(), main.raw + post.raw);
});

test.concurrent.each<[input: string, value: string, secret?: string]>([
  ['password', 'a pässword of other characters'],
  ['totp-secret', `otpauth://totp/box?digits=8&secret=${totpSecret}`, totpSecret],
  ['host', 'https://ci:password-in-the-host@localhost', 'password-in-the-host'],
  ['ca-certificate', certificate('issued').key],
])('an invalid %s is not printed', async (input, value, secret = value) => {
  await using box = await startBox();
  const { main } = await run(box, { inputs: { [input]: value } });
  expect(main.annotations).toHaveLength(1);
  expect(box.requestLog).toEqual([]);
  expectNone(secret, main.raw);
});

/** Fails if twelve characters of the text were printed, whatever is between them. */
function expectNone(text: string, raw: string): void {
  const squeeze = (each: string) => each.replaceAll(/[\s\p{C}]/gu, '');
  const [all, given] = [squeeze(printed(raw)), squeeze(text)];
  const parts = Array.from({ length: given.length - 11 }, (_, start) => given.slice(start, start + 12));
  expect(parts.filter((part) => all.includes(part))).toEqual([]);
}
