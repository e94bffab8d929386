/**
 * `npm run release -- v1.2.3 [--dry-run]`: what the release workflow does beyond calling actions. Makes the GitHub
 * release of a version tag, with its section of the changelog, dist/ and a bill of materials, and moves the major tag.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';

const ROOT = join(import.meta.dirname, '..');

try {
  const args = process.argv.slice(2);
  const [tag = ''] = args.filter((arg) => !arg.startsWith('--'));
  release(tag, args.includes('--dry-run'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

function release(tag: string, dryRun: boolean): void {
  const [, version, major] = /^v((\d+)\.\d+\.\d+)$/.exec(tag) ?? [];
  if (version === undefined) throw new Error(`'${tag}' is not a version tag: v1.2.3 is one.`);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const { version: own, homepage } = manifest;
  if (version !== own) {
    throw new Error(`package.json says ${own}, the tag ${version}. Run npm version, and tag anew.`);
  }
  const notes = changelogSection(version);
  const bill = billOfMaterials();
  if (dryRun) {
    console.log(`Notes of ${version}:\n\n${notes}\n`);
    console.log(`Bill of materials: ${bill.components.length} components\n`);
    console.log(
      `Where its commit is on main, ${tag} becomes a release, with dist/ and the bill of materials;`,
    );
    console.log(`this moves the tag v${major}, where there is no newer version of it.`);
    return;
  }

  const repository = variable('GITHUB_REPOSITORY');
  if (homepage !== `https://github.com/${repository}`) {
    throw new Error(
      `package.json says ${homepage}, and this is a release of ${repository}: errors would link to the wrong place.`,
    );
  }
  const commit = variable('GITHUB_SHA');
  requireOnMain(repository, commit);
  if (!isThere('release', 'view', tag, '--repo', repository)) {
    const folder = mkdtempSync(join(tmpdir(), 'release-'));
    const [notesFile, billFile] = [join(folder, 'notes.md'), join(folder, 'sbom.cdx.json')];
    writeFileSync(notesFile, notes);
    writeFileSync(billFile, JSON.stringify(bill, null, 2));
    const files = ['main.cjs', 'post.cjs', 'licenses.txt'].map((name) => join(ROOT, 'dist', name));
    const options = ['--verify-tag', '--title', tag, '--notes-file', notesFile];
    gh('release', 'create', tag, '--repo', repository, ...options, ...files, billFile);
  }
  const newest = newestOf(`v${major}`, repository);
  if (newest !== undefined && compare(newest, tag) > 0) {
    console.log(`v${major} stays at ${newest}, which is newer.`);
    return;
  }
  moveTag(`v${major}`, repository, commit);
}

/** What is released went through everything that main asks for. */
function requireOnMain(repository: string, commit: string): void {
  const path = `repos/${repository}/compare/main...${commit}`;
  const status = gh('api', path, '--jq', '.status').trim();
  if (status !== 'identical' && status !== 'behind') {
    throw new Error(
      `${commit} is not on main (${status}). Merge it there, and tag the merged commit.`,
    );
  }
}

/** The newest version of a major one. */
function newestOf(majorTag: string, repository: string): string | undefined {
  const path = `repos/${repository}/tags?per_page=100`;
  const names = gh('api', '--paginate', path, '--jq', '.[].name').split('\n');
  return names
    .filter((name) => name.startsWith(`${majorTag}.`))
    .toSorted(compare)
    .at(-1);
}

/** By number, part by part. */
function compare(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

function moveTag(name: string, repository: string, commit: string): void {
  const refs = `repos/${repository}/git/refs`;
  const to = ['--raw-field', `sha=${commit}`];
  if (isThere('api', '--silent', '--method', 'GET', `repos/${repository}/git/ref/tags/${name}`)) {
    gh(
      'api',
      '--silent',
      '--method',
      'PATCH',
      `${refs}/tags/${name}`,
      ...to,
      '--field',
      'force=true',
    );
  } else {
    gh('api', '--silent', '--method', 'POST', refs, ...to, '--raw-field', `ref=refs/tags/${name}`);
  }
}

function changelogSection(version: string): string {
  const changelog = readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8').replaceAll('\r\n', '\n');
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => text.startsWith(`[${version}] - `));
  const notes = section
    ?.slice(section.indexOf('\n'))
    .replace(/^\[.*\]: .*$/gm, '')
    .trim();
  if (!notes)
    throw new Error(`CHANGELOG.md has no section '## [${version}] - DATE', or an empty one.`);
  return notes;
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`The variable ${name} is not set; without it, there is only --dry-run.`);
  return value;
}

/** @returns what it printed */
function gh(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('gh', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`gh ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/** @throws where it fails for another reason than that nothing is there */
function isThere(...args: string[]): boolean {
  const { status, stderr } = spawnSync('gh', args, { encoding: 'utf8' });
  if (status === 0) return true;
  if (/not found|404/i.test(stderr)) return false;
  throw new Error(`gh ${args.join(' ')} failed:\n${stderr}`);
}
