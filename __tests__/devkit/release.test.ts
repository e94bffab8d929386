import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { onPosix, ROOT } from '../support.ts';

const TAG = `v${manifest.version}`;
const [major] = TAG.split('.');
const SCRIPT = join('devkit', 'release.ts');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'release-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a dry run says what would be done, and does nothing', () => {
  const { status, stdout } = release(ROOT, [TAG, '--dry-run']);
  expect(status).toBe(0);
  expect(stdout).toContain('### Added');
  expect(stdout).not.toContain('## [');
  expect(stdout).toMatch(/^Bill of materials: \d+ components$/m);
  expect(stdout).toMatch(
    new RegExp(
      `^gh release create ${TAG} .*dist/main\\.cjs .*dist/post\\.cjs .*sbom\\.cdx\\.json$`,
      'm',
    ),
  );
  expect(stdout).toMatch(new RegExp(`^gh api .*PATCH .*/git/refs/tags/${major} --field sha=`, 'm'));
});

test.each([
  [[], "'' is not a version tag"],
  [['1.0.0'], "'1.0.0' is not a version tag: v1.2.3 is one."],
  [['v0.0.1', '--dry-run'], `package.json says ${manifest.version}, the tag 0.0.1.`],
  [[TAG], 'The variable GITHUB_REPOSITORY is not set'],
])('%j is told what is wrong', (args, why) => {
  const { status, stderr } = release(ROOT, args);
  expect(status).toBe(1);
  expect(stderr).toContain(why);
  expect(stderr).not.toMatch(/^ +at /m);
});

test('a version without a section in the changelog is not released', () => {
  for (const name of ['devkit', 'package.json', 'package-lock.json']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  writeFileSync(join(folder, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n- something\n');
  const { status, stderr } = release(folder, [TAG, '--dry-run']);
  expect(status).toBe(1);
  expect(stderr).toContain(`CHANGELOG.md has no section '## [${manifest.version}] - DATE'`);
});

describe('a release', () => {
  // In place of GitHub stands a program that notes what it was asked for.
  onPosix.each([
    ['moves the major tag', 0, ['release create', 'PATCH']],
    ['makes it, where it is the first', 1, ['release create', 'PATCH', 'POST']],
  ])('%s', (_, statusOfMove, calls) => {
    const log = join(folder, 'log');
    const gh = join(folder, 'gh');
    writeFileSync(
      gh,
      `#!/bin/sh\necho "$*" >> ${log}\ncase "$*" in *PATCH*) exit ${statusOfMove};; esac\n`,
    );
    chmodSync(gh, 0o755);
    const { status } = release(ROOT, [TAG], {
      PATH: [folder, process.env['PATH']].join(delimiter),
      GITHUB_REPOSITORY: 'someone/mailinabox-login',
      GITHUB_SHA: 'c0ffee',
    });
    expect(status).toBe(0);
    const asked = readFileSync(log, 'utf8').trim().split('\n');
    expect(asked).toHaveLength(calls.length);
    for (const [index, call] of calls.entries()) {
      expect(asked[index]).toContain(call);
      expect(asked[index]).toContain('someone/mailinabox-login');
    }
    expect(asked[1]).toContain('sha=c0ffee');
  });
});

test("the bill of materials is npm's, and names what is bundled", () => {
  const bill = JSON.parse(
    execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  );
  const names = bill.components.map(({ group, name }: { group?: string; name: string }) =>
    group === undefined ? name : `${group}/${name}`,
  );
  expect(names).toEqual(
    expect.arrayContaining(['@actions/core', '@actions/http-client', 'otpauth', 'tunnel']),
  );
});

function release(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
}
