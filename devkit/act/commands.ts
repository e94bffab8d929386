import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { ADMIN, startBox } from '../box/box.ts';
import { CA_FILE, ROOT } from './act.ts';

/** What the commands under 'Check by hand' print for a healthy box. */
const PRINTS = ['"status": "ok"', 'HTTP/1.1 200', 'CN', 'notAfter='];

/** Parses all shell commands in the documentation, and runs those of docs/troubleshooting.md. */
export function testCommands(): void {
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
    // curl would ask for the password, and the box isn't on port 443.
    const commands = commandsIn(join(ROOT, 'docs', 'troubleshooting.md'))
      .replaceAll('"$EMAIL"', `"$EMAIL:${password}"`)
      .replaceAll('$HOST:443', '$HOST');
    const args = ['-c', `exec 2>&1\n${commands}`];
    const output = await text(
      spawn('bash', args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
    );
    for (const each of PRINTS) assert.ok(output.includes(each), output);
    assert.ok(box.keys.issued().length > 0);
  });
}

function commandsIn(page: string): string {
  const blocks = readFileSync(page, 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, block]) => block).join('');
}
