/** `npm run old-nodes`: runs dist/ with the oldest supported Nodes, and with the newest that are too old. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADMIN, startBox } from './box/box.ts';
import { FAULTS } from './box/faults.ts';
import { startProxy } from './box/proxy.ts';
import { runAction, type Step } from './run-action.ts';

const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const KEY = { STATE_api_key: 'f0'.repeat(32) };

for (const version of ['20.18.0', '22.9.0']) {
  test(`${version} signs in and out, also through a proxy`, async () => {
    using node = install(version);
    await expectSession(node.path, 'localhost');
    await expectSession(node.path, 'box.test');
  });
}

for (const version of ['20.17.0', '21.7.3', '22.8.0']) {
  test(`${version} is reported, by the post-step only if there is a key to revoke`, async () => {
    using node = install(version);
    await expectReport(node.path, {}, [], 0);
    await expectReport(node.path, KEY, ['warning: Unsupported Node'], 0);
    const verified = { ...KEY, STATE_verify_logout: 'true' };
    await expectReport(node.path, verified, ['error: Unsupported Node'], 1);
  });
}

/** Installs a Node into a temporary directory. */
function install(version: string) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'node-'));
  const name = `node-linux-${process.arch}`;
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, '--prefix', directory.path, `${name}@${version}`]);
  const path = join(directory.path, 'node_modules', name, 'bin', 'node');
  return { path, [Symbol.dispose]: directory.remove };
}

/** A whole job, with all that the action can do: two-factor, a retry, and the verification. */
async function expectSession(node: string, name: 'localhost' | 'box.test'): Promise<void> {
  const account = { ...ADMIN, totpSecret: TOTP_SECRET };
  await using box = await startBox({ accounts: [account], name });
  await using proxy = await startProxy();
  box.inject(FAULTS.reset, { at: 'login', times: 1 });
  const inputs = {
    email: account.email,
    password: account.password,
    host: box.host,
    'totp-secret': TOTP_SECRET,
    'ca-certificate': box.ca,
    'verify-logout': 'true',
  };
  const { main, post } = await runAction({ node, inputs, env: { https_proxy: proxy.url } });
  expectEnd(main, [], 0);
  expectEnd(post, [], 0);
  const paths = ['login', 'login', 'logout', 'system/privacy'].map((path) => `/admin/${path}`);
  assert.deepEqual(
    box.requestLog.map((line) => line.split(' ')[1]),
    paths,
  );
  assert.equal(proxy.tunnels.length, name === 'localhost' ? 0 : paths.length);
  assert.deepEqual([box.keys.issued().length, box.keys.valid()], [1, []]);
}

async function expectReport(node: string, state: object, post: string[], exitCode: number) {
  const steps = await runAction({ node, between: () => state });
  expectEnd(steps.main, ['error: Unsupported Node'], 1);
  expectEnd(steps.post, post, exitCode);
  for (const { raw, annotations } of Object.values(steps)) {
    assert.equal(raw.split('\n').length, annotations.length + 1, raw);
  }
}

function expectEnd(step: Step, expected: string[], exitCode: number): void {
  const annotations = step.annotations.map(({ level, title }) => `${level}: ${title}`);
  assert.deepEqual(
    { annotations, exitCode: step.exitCode },
    { annotations: expected, exitCode },
    step.raw,
  );
}
