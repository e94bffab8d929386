import { get } from 'node:https';
import { expect, test } from '@jest/globals';
import { type Account, type Box, startBox } from '../../devkit/box/box.ts';
import type { Step } from '../../devkit/run-action.ts';
import { ACCOUNTS, ADMIN, LOGIN, LOGOUT, run, TOTP, titles, USER, VERIFY } from '../support.ts';

type Variables = Record<string, string>;

const PASSWORD_REJECTED = 'error: Password refused';
const PRIVILEGE_MISSING = 'error: Privilege missing';
const FAILURE = { status: 500, headers: {}, body: '' };
const IDNA: Account = { ...ADMIN, email: 'ci@xn--bcher-kva.example' };
const SYNTAX: Account = { ...ADMIN, email: "o'neil+a=b<<EOF%0A@example.com" };
const SPACES: Account = { ...ADMIN, password: '  spaces at both ends  ' };

test.concurrent.each<[string, Account, Variables]>([
  ['an administrator', ADMIN, { 'require-privilege': 'admin' }],
  ['an ordinary user', USER, {}],
  ['two-factor authentication', TOTP, { 'totp-secret': TOTP.totpSecret ?? '' }],
  ['an IDNA domain', IDNA, { email: 'ci@bücher.example' }],
  ['an email with the syntax of command files', SYNTAX, {}],
  ['a password with spaces, line breaks after it', SPACES, { password: `${SPACES.password}\r\n` }],
])('a job signs in, uses the key and signs out: %s', async (_, account, inputs) => {
  const { email, password, privileges } = account;
  await using box = await startBox({ accounts: [account] });
  const status = privileges.includes('admin') ? 200 : 401;
  const between = async ({ outputs }: Step) => expect(await useKey(box, outputs)).toBe(status);
  const env = { ACTIONS_ORCHESTRATION_ID: 'not for the box' };
  const { main, post } = await run(box, { inputs: { email, password, ...inputs }, env, between });
  const { url } = box;
  const [api_key] = box.keys.issued();
  expect(main).toMatchObject({ exitCode: 0, annotations: [] });
  expect(main.outputs).toEqual({ api_key, email, privileges: JSON.stringify(privileges), url });
  expect(shown(main)).toEqual([expect.stringContaining(url)]);
  // All that is in the state file: neither the password nor the two-factor secret.
  const { session = '', ...others } = main.state;
  const state = { ...others, ...JSON.parse(session) };
  const saved = { url, accounts: [email], api_key, ca: box.ca.trim(), verifyLogout: false };
  expect({ ...state, ca: state.ca.trim() }).toEqual(saved);
  expect([post.exitCode, shown(post)]).toEqual([0, []]);
  const basic = Buffer.from(`${email}:${api_key}`).toString('base64');
  expect(post.masks).toEqual([api_key, basic]);
  expect(box.requestLog).toEqual([LOGIN, 'GET /admin/dns/zones', LOGOUT]);
  expect(box.requestHeaders[0]?.['user-agent']).toMatch(/^mailinabox-login\/[\d.]+$/);
  expect(box.keys.valid()).toEqual([]);
});

test.concurrent.each<[string, Variables, Variables, string[]]>([
  ['logout', {}, { INPUT_LOGOUT: 'false' }, [LOGIN, LOGOUT]],
  ['no logout', { logout: 'false' }, { INPUT_LOGOUT: 'true' }, [LOGIN]],
  ['no check', {}, { 'INPUT_VERIFY-LOGOUT': 'true' }, [LOGIN, LOGOUT]],
  ['a check', { 'verify-logout': 'true' }, { 'INPUT_VERIFY-LOGOUT': '' }, [LOGIN, LOGOUT, VERIFY]],
])('the post-step goes by the inputs of main: %s', async (_, inputs, later, requests) => {
  await using box = await startBox({ accounts: ACCOUNTS });
  await using other = await startBox({ accounts: ACCOUNTS });
  const rest = { INPUT_EMAIL: USER.email, INPUT_PASSWORD: '', 'INPUT_CA-CERTIFICATE': '' };
  const between = () => ({ INPUT_HOST: other.host, ...rest, ...later });
  const { main, post } = await run(box, { inputs, between });
  expect(post).toMatchObject({ exitCode: 0, annotations: [] });
  expect([box.requestLog, other.requestLog]).toEqual([requests, []]);
  expect(box.keys.valid()).toEqual(requests.includes(LOGOUT) ? [] : [main.outputs['api_key']]);
});

test.concurrent('a failed sign-in leaves nothing to the post-step', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { main, post } = await run(box, { inputs: { password: 'not the password' } });
  expect(titles(main)).toEqual([PASSWORD_REJECTED]);
  expect([main.exitCode, main.outputs, main.state]).toEqual([1, {}, {}]);
  expect(post).toMatchObject({ exitCode: 0, raw: '' });
  expect(box.requestLog).toEqual([LOGIN]);
});

test.concurrent('a missing privilege is an error, and the key is revoked for sure', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { email, password } = USER;
  let running = '';
  box.inject(({ respond }) => respond(running === 'main' ? FAILURE : undefined), { at: 'logout' });
  const { main, post } = await run(box, {
    inputs: { email, password, 'require-privilege': 'admin' },
    onStart: (_, step) => {
      running = step;
    },
  });
  expect([titles(main), main.exitCode, main.outputs]).toEqual([[PRIVILEGE_MISSING], 1, {}]);
  expect([post.exitCode, shown(post), box.keys.valid()]).toEqual([0, [], []]);
});

test.concurrent('a restart of the daemon, which revokes the key, is no reason to warn', async () => {
  await using box = await startBox({ accounts: ACCOUNTS });
  const { post } = await run(box, { between: () => box.restart() });
  expect([post.exitCode, shown(post)]).toEqual([0, []]);
  expect(box.requestLog).toEqual([LOGIN, LOGOUT]);
});

/** Gives the status of a request with the key, as a later step sends it. */
function useKey(box: Box, { url, email, api_key }: Step['outputs']): Promise<number | undefined> {
  const options = { auth: `${email}:${api_key}`, ca: box.ca, agent: false };
  return new Promise((resolve, reject) => {
    get(`${url}/dns/zones`, options, (response) => {
      resolve(response.resume().statusCode);
    }).on('error', reject);
  });
}

/** The log without debug logging. */
function shown({ log }: Step): string[] {
  return log.filter((line) => !line.startsWith('##[debug]'));
}
