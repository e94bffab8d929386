/**
 * `npm run release -- v1.2.3 [--dry-run]`: what the release workflow does beyond calling actions. Makes the GitHub
 * release of a version tag, with its section of the changelog, dist/ and a bill of materials, and moves the major tag.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

type Command = readonly [program: string, ...args: string[]];

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
  const { version: own } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (version !== own) {
    throw new Error(`package.json says ${own}, the tag ${version}. Run npm version, and tag anew.`);
  }
  const notes = changelogSection(version);
  const repository = variable('GITHUB_REPOSITORY', dryRun);
  const commit = variable('GITHUB_SHA', dryRun);

  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  const [notesFile, billFile] = [join(folder, 'notes.md'), join(folder, 'sbom.cdx.json')];
  writeFileSync(notesFile, notes);
  // npm's own; what is bundled are the dependencies, without those of development.
  const bill = execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'], {
    cwd: ROOT,
    encoding: 'utf8',
    // npm is a script on Windows.
    shell: process.platform === 'win32',
  });
  writeFileSync(billFile, bill);

  const files = ['main.cjs', 'post.cjs', 'licenses.txt'].map((name) => join(ROOT, 'dist', name));
  const create: Command = [
    ...(['gh', 'release', 'create', tag, '--repo', repository, '--verify-tag'] as const),
    ...['--title', tag, '--notes-file', notesFile, ...files, billFile],
  ];
  const majorTag = `tags/v${major}`;
  const api = ['gh', 'api', '--silent', '--method'] as const;
  const move: Command = [
    ...([...api, 'PATCH', `repos/${repository}/git/refs/${majorTag}`] as const),
    ...['--field', `sha=${commit}`, '--field', 'force=true'],
  ];
  const make: Command = [
    ...([...api, 'POST', `repos/${repository}/git/refs`] as const),
    ...['--field', `ref=refs/${majorTag}`, '--field', `sha=${commit}`],
  ];
  if (dryRun) {
    console.log(`Notes of ${version}:\n\n${notes}\n`);
    console.log(`Bill of materials: ${JSON.parse(bill).components.length} components\n`);
    for (const command of [create, move]) console.log(command.join(' '));
    console.log(`where there is no v${major} yet:\n${make.join(' ')}`);
    return;
  }
  run(create);
  try {
    run(move);
  } catch {
    run(make);
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

function variable(name: string, dryRun: boolean): string {
  const value = process.env[name] || (dryRun ? name : '');
  if (value === '')
    throw new Error(`The variable ${name} is not set; without it, there is only --dry-run.`);
  return value;
}

function run([program, ...args]: Command): void {
  execFileSync(program, args, { stdio: 'inherit' });
}
