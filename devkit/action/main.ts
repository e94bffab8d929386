/** Starts a stand-in box that outlives this step, and hands over what a job needs to sign in. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { getBooleanInput, getInput, saveState, setOutput, setSecret } from '@actions/core';
import { Secret } from 'otpauth';
import type { ServedBox } from './serve.ts';

const account = {
  email: 'ci@example.com',
  password: randomBytes(16).toString('base64'),
  privileges: ['admin'],
  totpSecret: getBooleanInput('two-factor') ? new Secret({ size: 20 }).base32 : undefined,
};
setSecret(account.password);
if (account.totpSecret !== undefined) setSecret(account.totpSecret);

const options = { accounts: [account], certificate: getInput('certificate') };
const log = join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'stand-in-box.log');
const child = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts')], {
  detached: true,
  env: { ...process.env, BOX_OPTIONS: JSON.stringify(options) },
  // Nothing of this step's own: the runner would wait for it.
  stdio: ['ignore', 'pipe', openSync(log, 'a')],
});
const stdout = child.stdout as Readable;
const [line] = await once(createInterface(stdout), 'line');
const { control, host, ca, caFile }: ServedBox = JSON.parse(line);
saveState('control', control);
saveState('log', log);
setOutput('host', host);
setOutput('email', account.email);
setOutput('password', account.password);
setOutput('totp-secret', account.totpSecret ?? '');
setOutput('ca-certificate', ca);
setOutput('ca-file', caFile);
console.log(`A stand-in box listens on ${host}.`);
// What it leaves behind goes on without it.
stdout.destroy();
child.unref();
