import { readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { expect, test } from '@jest/globals';
import { type Account, type Box, type BoxOptions, startBox } from '../../devkit/box/box.ts';
import { readManifest } from '../../devkit/manifest.ts';
import type { Step } from '../../devkit/run-action.ts';
import * as support from '../support.ts';

const { ACCOUNTS, ADMIN, GOOD, LOGIN, LOGOUT, TOTP, USER } = support;
const { as, expectJob, failed, run, shown } = support;

type Variables = Record<string, string>;

const OUTPUTS = Object.keys(readManifest().outputs).toSorted();

/** Has the syntax of command files. */
const LOCAL = "o'neil+a=b{EOF%0A";
const IDNA: Account = { ...ADMIN, email: `${LOCAL}@xn--bcher-kva.example` };
const VERIFIED = { 'verify-logout': 'true' };
const SPACES: Account = { ...ADMIN, password: '  spaces at both ends  ' };
/** Without TLS, and so without a certificate: for loopback addresses only. */
const HTTP: BoxOptions = { protocol: 'http' };

test.concurrent.each<[string, Account, Variables, BoxOptions?]>([
  ['an administrator', ADMIN, { 'require-privilege': 'admin' }],
  ['an ordinary user', USER, {}],
  ['two-factor authentication', TOTP, { 'totp-secret': TOTP.totpSecret ?? '' }],
  ['an odd email with an IDNA domain', IDNA, { email: `${LOCAL}@bücher.example` }],
  ['a password with spaces, line breaks after it', SPACES, { password: `${SPACES.password}\r\n` }],
  ['no certificate', ADMIN, { 'ca-certificate': '' }, HTTP],
])('a job signs in, uses the key and signs out: %s', async (_, account, inputs, options = {}) => {
  const { email, password, privileges } = account;
  await using box = await startBox({ accounts: [account], ...options });
  const { url, host } = box;
  const ca = options === HTTP ? '' : box.ca.trim();
  const isAdmin = privileges.includes('admin');
  const between = async ({ annotations, outputs }: Step) => {
    expect(annotations).toEqual([]);
    expect(Object.keys(outputs).toSorted()).toEqual(OUTPUTS);
    expect(await useKey(box, outputs)).toBe(isAdmin ? 200 : 401);
    const path = outputs['ca_file'] ?? 'none';
    expect(path && readFileSync(path, 'utf8').trim()).toBe(ca);
    if (path && process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  };
  const env = { ACTIONS_ORCHESTRATION_ID: 'not for the box' };
  const all = { email, password, host: url, ...inputs };
  const { main, post } = await run(box, { inputs: all, env, between });
  const [api_key = ''] = box.keys.issued();
  const requests = [LOGIN, 'GET /admin/dns/zones', LOGOUT];
  expectJob(box, { main, post }, { ...GOOD, requests });
  const { ca_file, ...outputs } = main.outputs;
  expect(outputs).toEqual({ api_key, email, privileges: JSON.stringify(privileges), url, host });
  expect(main.log).toContain(`##[debug]POST ${url}/login: HTTP 200`);
  // On a busy machine, another line reports that the box is slow.
  const lines = shown(main).filter((line) => !line.startsWith('Still waiting'));
  expect(lines).toEqual([expect.stringContaining(`${url} as ${email} (${privileges.join(', ') || 'no privileges'})`)]);
  // A key of an ordinary user is useless for the admin API, and the log reports it.
  expect(shown(main).filter((line) => line.includes('reject'))).toHaveLength(isAdmin ? 0 : 1);
  // All that is in the state file, in this order: neither the password nor the two-factor secret.
  const session = { url, email, ca: ca || 'none', verify_logout: 'none' };
  const { file = '', ...state } = main.state;
  const rest = { keep_key: 'none', revoked: 'none', lost: 'none', api_key };
  expect(Object.entries(state)).toEqual(Object.entries({ ...session, ...rest }));
  expect(file).toContain('main-state');
  expect(shown(post)).toEqual([]);
  expect(support.missingMasks(post.masks, email, api_key)).toEqual([]);
  expect(post.masks).toHaveLength(5);
  const agents = box.requestHeaders.map((headers) => headers['user-agent']).filter((agent) => agent !== undefined);
  expect(agents).toEqual(Array(2).fill(expect.stringMatching(/^mailinabox-login\/\d+\.\d+\.\d+$/)));
});

test.concurrent.each<[string, Variables, Variables, string[], fate?: RegExp]>([
  ['only logout', {}, { INPUT_LOGOUT: 'false', 'INPUT_VERIFY-LOGOUT': 'true' }, [LOGIN, LOGOUT]],
  ['no logout', { logout: 'false' }, { INPUT_LOGOUT: 'true' }, [LOGIN], /stays valid/],
  ['both', VERIFIED, { 'INPUT_VERIFY-LOGOUT': '' }, [LOGIN, LOGOUT, support.VERIFY]],
])('the post-step goes by the inputs of main: %s', async (...row) => {
  const [, inputs, later, requests, fate = /is revoked/] = row;
  await using box = await startBox({ accounts: ACCOUNTS });
  await using other = await startBox({ accounts: ACCOUNTS });
  const rest = { INPUT_EMAIL: USER.email, INPUT_PASSWORD: '', 'INPUT_CA-CERTIFICATE': '' };
  const between = () => ({ INPUT_HOST: other.host, ...rest, ...later });
  const { main, post } = await run(box, { inputs, between });
  const keep_key = inputs['logout'] === 'false' ? 'true' : 'none';
  expect(main.state).toMatchObject({ verify_logout: inputs['verify-logout'] ?? 'none', keep_key });
  expect(shown(main).at(-1)).toMatch(fate);
  const validKeys = requests.includes(LOGOUT) ? 0 : 1;
  expectJob(box, { main, post }, { ...GOOD, requests, validKeys });
  expect(other.requestLog).toEqual([]);
});

test.concurrent.each([
  ['a good job', {}, 'true', GOOD, {}],
  ['main fails early', { timeout: '2m' }, '', failed('Invalid input', []), {}],
  ['no outputs', {}, '', failed('Runner files not writable', []), { GITHUB_OUTPUT: 'missing' }],
])('no variable of the job takes the place of state: %s', async (_, inputs, STATE_keep_key, expected, files) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await using other = await startBox({ accounts: ACCOUNTS });
  const STATE_api_key = 'f0'.repeat(32);
  const session = { STATE_url: other.url, STATE_ca: other.ca, STATE_email: ADMIN.email, STATE_api_key };
  const rest = { STATE_file: 'none', STATE_keep_key, STATE_verify_logout: 'true', STATE_revoked: 'true' };
  const { main, post } = await run(box, { inputs: { ...inputs }, env: { ...session, ...rest }, files });
  expectJob(box, { main, post }, expected);
  expect(shown(post)).toEqual([]);
  expect(other.requestLog).toEqual([]);
});

test.concurrent('without the required privilege, even a key to keep is revoked', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const inputs = { ...as(USER), 'require-privilege': 'admin', logout: 'false' };
  const between = () => expect(box.requestLog).toEqual([LOGIN]);
  const steps = await run(box, { inputs, between });
  expectJob(box, steps, failed('Missing privilege', [LOGIN, LOGOUT]));
  expect(steps.main.annotations[0]?.message).toContain("isn't an administrator");
  expect(shown(steps.post)).toEqual([]);
});

/** Returns the status of a request with the key, as a later step sends it. */
function useKey({ ca }: Box, { url = '', email, api_key }: Step['outputs']): Promise<unknown> {
  const { get } = url.startsWith('https:') ? https : http;
  return new Promise((resolve, reject) => {
    get(`${url}/dns/zones`, { auth: `${email}:${api_key}`, ca, agent: false }, (response) => {
      resolve(response.resume().statusCode);
    }).on('error', reject);
  });
}
