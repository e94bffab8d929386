import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { billOfMaterials } from '../../devkit/bill-of-materials.ts';
import manifest from '../../package.json' with { type: 'json' };
import { onPosix, ROOT } from '../support.ts';

const TAG = `v${manifest.version}`;
const [major] = TAG.split('.');
const SCRIPT = join('devkit', 'release.ts');
const REPOSITORY = new URL(manifest.homepage).pathname.slice(1);

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
  expect(stdout).toContain(`this moves the tag ${major},`);
});

test.each<[string[], string, Record<string, string>?]>([
  [[], "'' is not a version tag"],
  [['1.0.0'], "'1.0.0' is not a version tag: v1.2.3 is one."],
  [['v0.0.1', '--dry-run'], `package.json says ${manifest.version}, the tag 0.0.1.`],
  [[TAG], 'The variable GITHUB_REPOSITORY is not set'],
  [
    [TAG],
    `package.json says ${manifest.homepage}, and this is a release of somebody/else`,
    { GITHUB_REPOSITORY: 'somebody/else', GITHUB_SHA: 'c0ffee' },
  ],
])('%j is told what is wrong', (args, why, env = {}) => {
  const { status, stderr } = release(ROOT, args, env);
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
  // In place of GitHub stands a program that notes what it is asked, and answers by what of it is in the answers.
  onPosix.each<[string, Record<string, string>, string[]]>([
    [
      'is made, and the major tag moved',
      {},
      ['compare/main...c0ffee', 'release view', 'release create', 'tags?', 'GET', 'PATCH'],
    ],
    [
      'that is the first of its major version makes the tag',
      { GET: 'echo "HTTP 404" >&2; exit 1' },
      ['compare/main...c0ffee', 'release view', 'release create', 'tags?', 'GET', 'POST'],
    ],
    [
      'that was made before, when it stopped half way, is gone on with',
      { 'release view': 'exit 0' },
      ['compare/main...c0ffee', 'release view', 'tags?', 'GET', 'PATCH'],
    ],
    [
      'of an older line leaves the major tag where it is',
      { 'tags?': `echo ${major}.99.0` },
      ['compare/main...c0ffee', 'release view', 'release create', 'tags?'],
    ],
  ])('%s', (_, answers, calls) => {
    const { status, asked } = releaseWith(answers);
    expect(status).toBe(0);
    expect(asked).toHaveLength(calls.length);
    for (const [index, call] of calls.entries()) expect(asked[index]).toContain(call);
    for (const line of asked) expect(line).toContain(REPOSITORY);
  });

  onPosix('of a commit that is not on main is refused', () => {
    const { status, asked, stderr } = releaseWith({ 'compare/': 'echo diverged' });
    expect(status).toBe(1);
    expect(stderr).toContain('c0ffee is not on main');
    expect(asked).toHaveLength(1);
  });

  onPosix('that GitHub refuses is not taken for a tag that is missing', () => {
    const { status, asked } = releaseWith({ GET: 'echo "HTTP 403" >&2; exit 1' });
    expect(status).toBe(1);
    expect(asked.at(-1)).toContain('GET');
  });

  function releaseWith(answers: Record<string, string>) {
    const log = join(folder, 'log');
    const all = {
      'compare/': 'echo identical',
      'release view': 'echo "release not found" >&2; exit 1',
      ...answers,
    };
    const cases = Object.entries(all).map(([call, answer]) => `*"${call}"*) ${answer};;`);
    const gh = join(folder, 'gh');
    writeFileSync(gh, `#!/bin/sh\necho "$*" >> ${log}\ncase "$*" in\n${cases.join('\n')}\nesac\n`);
    chmodSync(gh, 0o755);
    const { status, stderr } = release(ROOT, [TAG], {
      PATH: [folder, process.env['PATH']].join(delimiter),
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SHA: 'c0ffee',
    });
    return { status, stderr, asked: readFileSync(log, 'utf8').trim().split('\n') };
  }
});

test('the bill of materials has what the action depends on, and nothing of development', () => {
  const names = billOfMaterials().components.map(({ group, name }) =>
    group === undefined ? name : `${group}/${name}`,
  );
  expect(names.sort()).toEqual(
    [
      ...['@actions/core', '@actions/exec', '@actions/http-client', '@actions/io'],
      ...['@noble/hashes', 'otpauth', 'tunnel', 'undici'],
    ].sort(),
  );
});

function release(cwd: string, args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [SCRIPT, ...args], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
}
