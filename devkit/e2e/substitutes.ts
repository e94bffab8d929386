/** What the examples download, and what replaces it on a machine that can't. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, TOOLS } from './tools.ts';

const LOGGER = 'gitlab.com/greyxor/slogor';
const LOGGER_VERSION = 'v1.7.1';
const LOGGER_SOURCE = `package slogor

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
const ACME_SH = 'https://github.com/acmesh-official/acme.sh';
const ACME_SH_TAG = '3.1.3';

/** Variables for `go install` of lego, if its logger can't be downloaded: lego then gets another one. */
export function substituteLogger(): Record<string, string> | undefined {
  const module = `${LOGGER}@${LOGGER_VERSION}`;
  const { status } = spawnSync('go', ['mod', 'download', module], { timeout: 60_000 });
  if (status === 0) return undefined;
  // A module proxy is a directory of files. See https://go.dev/ref/mod#goproxy-protocol.
  const proxy = join(TOOLS, 'proxy');
  const file = join(proxy, LOGGER, '@v', LOGGER_VERSION);
  mkdirSync(join(file, '..'), { recursive: true });
  const manifest = `module ${LOGGER}\n`;
  writeFileSync(`${file}.info`, JSON.stringify({ Version: LOGGER_VERSION }));
  writeFileSync(`${file}.mod`, manifest);
  const sources = { [`${module}/go.mod`]: manifest, [`${module}/slogor.go`]: LOGGER_SOURCE };
  const zip = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
  for path, text in json.loads(sys.argv[2]).items():
    archive.writestr(path, text)`;
  run('python3', ['-c', zip, `${file}.zip`, JSON.stringify(sources)]);
  return {
    GOPROXY: `file://${proxy},${run('go', ['env', 'GOPROXY'])}`,
    GONOSUMDB: LOGGER,
    // Not the user's, which would keep the other logger.
    GOMODCACHE: join(TOOLS, 'modules'),
    GOFLAGS: `${run('go', ['env', 'GOFLAGS'])} -modcacherw`.trim(),
  };
}

/** Variables for `git clone` of acme.sh, if it can't be cloned: acme.sh in this directory then takes its place. */
export function substituteAcmeSh(): Record<string, string> | undefined {
  const tag = ['ls-remote', '--exit-code', ACME_SH, `refs/tags/${ACME_SH_TAG}`];
  if (spawnSync('git', tag, { timeout: 60_000 }).status === 0) return undefined;
  const repository = join(TOOLS, 'acme.sh');
  rmSync(repository, { recursive: true, force: true });
  const create = `git init -q "$1"; cp "$2" "$1"; cd "$1"; git add .
git -c user.name=me -c user.email=me commit -qm "$3"; git tag "$3"`;
  const script = join(import.meta.dirname, 'acme.sh');
  run('bash', ['-ec', create, 'bash', repository, script, ACME_SH_TAG]);
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.file://${repository}.insteadOf`,
    GIT_CONFIG_VALUE_0: ACME_SH,
  };
}
