/** `npm run e2e`: runs the examples, the documented commands and the workflow e2e.yml against a stand-in box. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { globSync, lstatSync, mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { TOTP } from 'otpauth';
import { type Account, type Box, DEFAULT_ACCOUNT, startBox } from '../box/box.ts';
import { act } from './act.ts';
import { testDnsRecords } from './dns-records.ts';
import { testExamples } from './examples.ts';
import { testShell } from './shell.ts';
import { assertIncludes, commandsIn, hash, installTools, ROOT, runBash } from './tools.ts';

installTools();
describe('examples', { concurrency: 2 }, testExamples);
describe('dns-records.sh', { concurrency: 2 }, testDnsRecords);
describe('outside of GitHub Actions', { concurrency: 2 }, testShell);
for (const page of globSync('{.,docs}/*.md', { cwd: ROOT })) {
  test(`${basename(page)}: shell syntax`, () => {
    const { stderr } = spawnSync('bash', ['-n'], { input: commandsIn(page) });
    assert.equal(String(stderr), '');
  });
}

test('troubleshooting.md: commands', async () => {
  await using box = await startBox();
  // curl would prompt for the password.
  const output = await runPage('docs/troubleshooting.md', box, (commands) =>
    commands.replace('"$EMAIL"', `"${DEFAULT_ACCOUNT.email}:${DEFAULT_ACCOUNT.password}"`).replaceAll(':443', ''),
  );
  for (const each of ['"status": "ok"', 'HTTP/1.1 200', 'CN', 'notAfter=']) assertIncludes(output, each);
  assert.ok(box.keys.issued().length > 0);
});

test('setup.md: commands', () => testSetup());
test('setup.md: commands, with --cacert, by an administrator with two-factor', () =>
  testSetup('JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', '--cacert box.pem'));

async function testSetup(totpSecret?: string, cacert = ''): Promise<void> {
  const email = 'you@example.com';
  const accounts = [{ ...DEFAULT_ACCOUNT, email, totpSecret }];
  await using box = await startBox({ certificate: 'self-signed', accounts });
  const history: Account[] = [];
  box.daemon.accounts.set = function (email, account) {
    history.push(account);
    return Map.prototype.set.call(this, email, account);
  };
  // A box rejects the code that it accepted last.
  const totp = new TOTP({ secret: totpSecret });
  const codes = [0, 30_000].map((ms) => totp.generate({ timestamp: Date.now() + ms }));
  const code = () => (totpSecret ? `-H "X-Auth-Token: ${codes.reverse()[0]}"` : '');
  const edit = (commands: string) => `ssh() { printf %s "$CERTIFICATE"; }
curl() { echo "curl $*" >&2; command curl ${cacert} "$@"; }
${commands
  .replaceAll('box.example.com:443', box.host)
  .replaceAll(/(https:\/\/|--body )box\.example\.com/g, `$1${box.host}`)
  // curl would prompt for the passwords.
  .replaceAll('--user you@example.com', () => `--user "${email}:${DEFAULT_ACCOUNT.password}" ${code()}`)
  .replaceAll('--user ci@example.com', '--config <(login)')}`;
  const env = { CERTIFICATE: box.ca, ...(cacert ? { CURL_CA_BUNDLE: '' } : {}) };
  const output = await runPage('docs/setup.md', box, edit, env);
  const [added, enabled, , changed] = history;
  const secrets = [added?.password, changed?.password, enabled?.moreSecrets?.join()];
  for (const [index, secret = ''] of secrets.entries()) {
    const name = index < 2 ? 'BOX_PASSWORD' : 'BOX_TOTP_SECRET';
    assertIncludes(output, `gh secret set ${name}: ${hash(secret)}`);
    assertIncludes(output, secret, false);
  }
  assert.deepEqual(added?.privileges, ['admin']);
  assert.equal(new Set(secrets).size, secrets.length, 'two secrets are the same');
  const { fingerprint256 } = new X509Certificate(box.ca);
  const expected = ['"status": "ok"', fingerprint256, `BOX_CERTIFICATE: ${hash(box.ca)}`];
  for (const each of expected) assertIncludes(output, each);
  assert.deepEqual([...box.daemon.accounts.keys()], [email]);
}

/** Runs the commands of a page, edited. Returns what they print. */
async function runPage(page: string, box: Box, edit: (commands: string) => string, env = {}) {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'commands-'));
  const { exitCode, output } = await runBash(box, edit(commandsIn(page)), directory.path, env);
  assert.equal(exitCode, 0, output);
  return output;
}

test('e2e.yml', async () => {
  const isLink = lstatSync(join(ROOT, 'node_modules')).isSymbolicLink();
  assert.ok(!isLink, 'node_modules is a link, and npm ci in the workflow would empty its target.');
  const args = ['--matrix=os:ubuntu-latest'];
  const { exitCode, output } = await act('workflow_dispatch', 'e2e.yml', ROOT, args);
  assert.equal(exitCode, 0, output);
});
