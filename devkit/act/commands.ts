import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import { ADMIN, type BoxOptions, startBox } from '../box/box.ts';
import { FAULTS, type FaultName } from '../box/faults.ts';
import { CA_FILE, ROOT } from './act.ts';

const ACCOUNT = { ...ADMIN, password: `a"b\\c 'd' $e %41` };
const SECRET = new Secret({ size: 20 });
const TWO_FACTOR = { accounts: [{ ...ACCOUNT, totpSecret: SECRET.base32 }] };

/** What the commands in a section of docs/troubleshooting.md print. Those in other sections are only parsed. */
type Check = { prints: string; box?: BoxOptions; fault?: FaultName };
const CHECKS: Readonly<Record<string, Check>> = {
  'Password refused': { prints: '"status": "ok"' },
  'Two-factor code refused': { prints: '"status": "ok"', box: TWO_FACTOR },
  'Box not reached': { prints: '< Date:' },
  'Box busy': { prints: ' 504 ', fault: 504 },
  'Certificate not trusted': { prints: 'expire date:', box: { certificate: 'expired' } },
  'Sign-out not proven': { prints: 'HTTP/1.1 401' },
};

/** Parses all shell commands in the documentation, and runs those that have a check. */
export function testCommands(): void {
  for (const page of globSync(join(ROOT, '{.,docs}', '*.md'))) {
    test(basename(page), () => {
      const input = commandsIn(readFileSync(page, 'utf8'));
      assert.equal(String(spawnSync('bash', ['-n'], { input }).stderr), '');
    });
  }
  const sections = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8').split(/^##+ /m);
  for (const [title, check] of Object.entries(CHECKS)) {
    test(title, async () => {
      const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? '';
      const output = await run(commandsIn(section), check);
      assert.ok(output.includes(check.prints), output);
    });
  }
}

function commandsIn(markdown: string): string {
  return [...markdown.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block).join('');
}

async function run(commands: string, { box: options, fault }: Check): Promise<string> {
  await using box = await startBox({ accounts: [ACCOUNT], ...options });
  if (fault !== undefined) box.inject(FAULTS[fault]);
  const env = {
    ...process.env,
    HOST: box.host,
    EMAIL: ACCOUNT.email,
    PASSWORD: ACCOUNT.password,
    CODE: TOTP.generate({ secret: SECRET }),
    CURL_CA_BUNDLE: CA_FILE,
  };
  const args = ['-c', `exec 2>&1\n${commands}`];
  return await text(spawn('bash', args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout);
}
