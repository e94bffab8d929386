/** `npm run e2e`: runs the examples, the documented commands and the workflow e2e.yml against a stand-in box. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { globSync, lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { ADMIN, startBox } from '../box/box.ts';
import { act, CA_FILE } from './act.ts';
import { installTools, ROOT } from './tools.ts';

installTools();
const { testExamples } = await import('./examples.ts');
describe('examples', { concurrency: 2 }, testExamples);
for (const page of globSync(join(ROOT, '{.,docs}', '*.md'))) {
  test(`${basename(page)}: shell syntax`, () => {
    const { stderr } = spawnSync('bash', ['-n'], { input: commandsIn(page) });
    assert.equal(String(stderr), '');
  });
}

test('troubleshooting.md: check by hand', async () => {
  await using box = await startBox();
  const { email, password } = ADMIN;
  const env = { ...process.env, HOST: box.host, EMAIL: email, CURL_CA_BUNDLE: CA_FILE };
  // curl would prompt for the password, and the box isn't on port 443.
  const commands = commandsIn(join(ROOT, 'docs', 'troubleshooting.md'))
    .replaceAll('"$EMAIL"', `"$EMAIL:${password}"`)
    .replaceAll('$HOST:443', '$HOST');
  const args = ['-c', `exec 2>&1\n${commands}`];
  const bash = spawn('bash', args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const output = await text(bash.stdout);
  const expected = ['"status": "ok"', 'HTTP/1.1 200', 'CN', 'notAfter='];
  for (const each of expected) assert.ok(output.includes(each), output);
  assert.ok(box.keys.issued().length > 0);
});

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
