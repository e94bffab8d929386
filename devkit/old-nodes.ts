/** `npm run old-nodes`: runs dist/ with the oldest supported Nodes, and with the newest that are too old. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempDisposableSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT, startBox } from './box/box.ts';
import { FAULTS, type Fault } from './box/faults.ts';
import { startProxy } from './box/proxy.ts';
import { runAction, type Step } from './run-action.ts';

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const KEY = { STATE_api_key: 'f0'.repeat(32) };

/** A folded header, which Node's parser accepts only if it is asked to. */
const folded: Fault = async ({ request, handle }) => {
  const { body } = await handle();
  request.socket.end(`HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n${body}`);
};

for (const version of ['20.18.0', '22.9.0']) {
  test(`${version} signs in and out, also through a proxy`, async () => {
    using node = install(version);
    for (const name of ['localhost', 'box.test'] as const) {
      await using box = await startBox({ accounts: [{ ...DEFAULT_ACCOUNT, totpSecret }], name });
      await using proxy = await startProxy();
      box.inject(FAULTS.reset, { at: 'login', times: 1 });
      box.inject(folded, { at: 'login' });
      const { email, password } = DEFAULT_ACCOUNT;
      const more = { 'totp-secret': totpSecret, 'ca-certificate': box.ca, 'verify-logout': 'true' };
      const inputs = { email, password, host: box.host, ...more };
      const env = { https_proxy: proxy.url };
      const { main, post } = await runAction({ node: node.path, inputs, env });
      assert.deepEqual({ main: ending(main), post: ending(post) }, { main: [0], post: [0] });
      assert.deepEqual({ issued: box.keys.issued().length, valid: box.keys.valid() }, { issued: 1, valid: [] });
      assert.equal(proxy.tunnels.length > 0, name === 'box.test');
    }
  });
}

for (const version of ['20.17.0', '21.7.3', '22.8.0']) {
  test(`${version} is reported, by the post-step only if there is a key to revoke`, async () => {
    using node = install(version);
    const expectPost = async (state: object, ...expected: unknown[]) => {
      const { main, post } = await runAction({ node: node.path, between: () => state });
      const mainFails = { main: [1, 'error: Unsupported Node'], lines: 1 };
      assert.deepEqual({ main: ending(main), lines: main.log.length }, mainFails);
      assert.deepEqual({ post: ending(post), lines: post.log.length }, { post: expected, lines: expected.length - 1 });
    };
    await expectPost({}, 0);
    await expectPost(KEY, 0, 'warning: Unsupported Node');
    await expectPost({ ...KEY, STATE_verify_logout: 'true' }, 1, 'error: Unsupported Node');
  });
}

/** Installs a Node, 150 MB, into a temporary directory. */
function install(version: string) {
  const directory = mkdtempDisposableSync(join(tmpdir(), 'node-'));
  const name = `node-linux-${process.arch}`;
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, '--prefix', directory.path, `${name}@${version}`]);
  const path = join(directory.path, 'node_modules', name, 'bin', 'node');
  return { path, [Symbol.dispose]: directory.remove };
}

/** The exit code, and the titles of the annotations. */
function ending({ exitCode, annotations }: Step): unknown[] {
  return [exitCode, ...annotations.map(({ level, title }) => `${level}: ${title}`)];
}
