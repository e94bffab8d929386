/** `npm run e2e`: runs the examples, the documented commands and the workflow e2e.yml against a stand-in box. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { globSync, lstatSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { ADMIN, type Box, startBox } from '../box/box.ts';
import { act } from './act.ts';
import { testExamples } from './examples.ts';
import { installTools, ROOT } from './tools.ts';

installTools();
describe('examples', { concurrency: 2 }, testExamples);
for (const page of globSync(join(ROOT, '{.,docs}', '*.md'))) {
  test(`${basename(page)}: shell syntax`, () => {
    const { stderr } = spawnSync('bash', ['-n'], { input: commandsIn(page) });
    assert.equal(String(stderr), '');
  });
}

test('troubleshooting.md: commands', async () => {
  await using box = await startBox();
  const output = await runCommands('troubleshooting.md', box, '');
  const expected = ['"status": "ok"', 'HTTP/1.1 200', 'CN', 'notAfter='];
  for (const each of expected) assert.ok(output.includes(each), output);
  assert.ok(box.keys.issued().length > 0);
});

test('setup.md: commands', async () => {
  await using box = await startBox({ certificate: 'self-signed' });
  // gh prints the fingerprint of the certificate that it gets.
  const programs = `ssh() { printf '%s' "$CERTIFICATE"; }
gh() { echo "gh $*: $([[ "$*" != *CERTIFICATE ]] || openssl x509 -noout -fingerprint -sha256)"; }`;
  const output = await runCommands('setup.md', box, programs);
  const { fingerprint256 } = new X509Certificate(box.ca);
  // As printed, and as stored.
  assert.equal(output.split(fingerprint256).length - 1, 2, output);
  assert.ok(output.includes('"status": "ok"'), output);
});

/** Runs the commands of a page in a temporary directory. Returns what they print. */
async function runCommands(page: string, { host, ca }: Box, programs: string): Promise<string> {
  const { email, password } = ADMIN;
  using directory = mkdtempDisposableSync(join(tmpdir(), 'commands-'));
  const commands = commandsIn(join(ROOT, 'docs', page))
    .replaceAll('ci@example.com', '$EMAIL')
    .replaceAll('box.example.com', '$HOST')
    // curl would prompt for the password, and the box isn't on port 443.
    .replaceAll(/"?\$EMAIL"?/g, `"$EMAIL:${password}"`)
    .replaceAll('$HOST:443', '$HOST');
  writeFileSync(join(directory.path, 'ca.pem'), ca);
  const variables = { HOST: host, EMAIL: email, CERTIFICATE: ca, CURL_CA_BUNDLE: 'ca.pem' };
  const bash = spawn('bash', ['-eo', 'pipefail', '-c', `exec 2>&1\n${programs}\n${commands}`], {
    cwd: directory.path,
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(bash, 'exit');
  const output = await text(bash.stdout);
  const [exitCode] = await exit;
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

function commandsIn(page: string): string {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, block]) => block).join('');
}
