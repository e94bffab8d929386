import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, sep } from 'node:path';
import { expect, test } from '@jest/globals';
import { MAX_SESSIONS } from '../devkit/box/sessions.ts';
import { readManifest } from '../devkit/manifest.ts';
import manifest from '../package.json' with { type: 'json' };
import lock from '../package-lock.json' with { type: 'json' };
import { REMEDIES } from '../src/box/errors.ts';
import { anchor } from './support.ts';

const ROOT = join(import.meta.dirname, '..');
const action = readManifest();
const { dependencies, devDependencies, optionalDependencies, homepage } = manifest;

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n');
}

function matches(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([all, group = all]) => group);
}

const PAGES = ['.', 'docs', '.github', '.github/ISSUE_TEMPLATE'].flatMap((directory) =>
  readdirSync(join(ROOT, directory))
    .filter((name) => /\.(md|yml)$/.test(name))
    .map((name) => posix.join(directory, name)),
);
test.each(['Inputs', 'Outputs'] as const)('%s of README.md equal action.yml', (heading) => {
  const [, below = ''] = read('README.md').split(`\n## ${heading}\n`);
  const lines = matches(below.split('\n## ')[0] ?? '', /^\| `.*$/gm);
  const fields = Object.entries(heading === 'Inputs' ? action.inputs : action.outputs);
  expect(lines).toEqual(fields.map(([name]) => expect.stringContaining(`| \`${name}\` |`)));
  for (const [index, [, field]] of fields.entries()) {
    const [, cell = ''] = lines[index]?.split(' | ') ?? [];
    if ('default' in field) expect(cell).toBe(`\`${field.default}\``);
    else if ('required' in field) expect(/required/i.test(cell)).toBe(field.required === 'true');
  }
});

test.each(PAGES)('%s: links within the repository work', (page) => {
  const text = read(page);
  const relative = page.endsWith('.md') ? matches(text, /\]\((?!\w+:)([^)\s]+)/g) : [];
  const absolute = matches(text, new RegExp(`${homepage}/blob/[\\w.-]+(/[^)\\s]+)`, 'g'));
  for (const target of [...relative, ...absolute]) {
    const [path = '', fragment] = target.split('#');
    const file = path === '' ? page : posix.resolve('/', posix.dirname(page), path);
    expect(`${target}: ${existsSync(join(ROOT, file))}`).toBe(`${target}: true`);
    if (fragment !== undefined) expect(anchors(file)).toContain(fragment);
  }
});

function anchors(file: string): string[] {
  const text = read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');
  return matches(text, /^#+ (.*)$/gm).map(anchor);
}

test('every error title has its heading in docs/troubleshooting.md', () => {
  const titles = Object.keys(REMEDIES).map(anchor);
  expect(anchors('docs/troubleshooting.md')).toEqual(expect.arrayContaining(titles));
});

test('docs/recipes.md links every example once, and shows parts of it', () => {
  const recipes = read('docs/recipes.md');
  const files = matches(recipes, /\(\.\.\/(examples\/[^)]+)\)/g);
  expect(files.toSorted()).toEqual(
    readdirSync(join(ROOT, 'examples'))
      .map((name) => `examples/${name}`)
      .toSorted(),
  );
  for (const section of recipes.split(/^## /m)) {
    const [file] = matches(section, /\(\.\.\/(examples\/[^)]+)\)/g);
    for (const block of yaml(section))
      expect(`${file}: ${isIn(block, `${file}`)}`).toBe(`${file}: true`);
  }
});

test.each(['docs/setup.md', 'docs/gitea-forgejo.md'])('%s shows parts of examples', (page) => {
  const files = readdirSync(join(ROOT, 'examples'));
  for (const block of yaml(read(page))) {
    expect(files.some((file) => isIn(block, `examples/${file}`)) || block).toBe(true);
  }
});

function yaml(text: string): string[] {
  return matches(text, /^```yaml\n([\s\S]*?)^```/gm);
}

/** Whether a file contains these lines, at any indentation. */
function isIn(block: string, file: string): boolean {
  const indented = (width: number) => block.replace(/^(?=.)/gm, ' '.repeat(width));
  return [0, 2, 4, 6, 8].some((width) => read(file).includes(indented(width)));
}

/** Each pattern has to match somewhere in the documents, and every time with this number. */
test.each<[string, number, RegExp]>([
  ['sessions', MAX_SESSIONS, /(\d+) sessions/g],
  ['failures', constant('devkit/box/sessions.ts', 'MAX_FAILURES'), /(\d+) failed logins/g],
])('documents: the number for %s', (_, expected, pattern) => {
  const text = PAGES.map(read).join('\n').replaceAll(/\s+/g, ' ');
  expect([...new Set(matches(text, pattern))]).toEqual([`${expected}`]);
});

function constant(file: string, name: string): number {
  const [, value = ''] = new RegExp(`const ${name} = ([\\d_]+);`).exec(read(file)) ?? [];
  return Number(value.replaceAll('_', ''));
}

test('dependencies are pinned; bundled ones are in the bundle, with their licenses', () => {
  const all = { ...devDependencies, ...optionalDependencies, ...dependencies };
  for (const version of Object.values(all)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
  const bundled = read('dist/packages.txt').trim().split('\n');
  const own = Object.entries(dependencies).map((entry) => entry.join(' '));
  expect(bundled).toEqual(expect.arrayContaining(own));
  for (const [name = '', version] of bundled.map((line) => line.split(' '))) {
    const { dev, ...locked } = Object(lock.packages)[`node_modules/${name}`];
    expect([locked.version, dev]).toEqual([version, undefined]);
    expect(read('dist/licenses.txt')).toMatch(new RegExp(`^${name}\n(MIT|ISC|Apache-2.0)\n`, 'm'));
  }
});

test('the action runs dist/ on node24, at most 115 KB each, without a path of this machine', () => {
  const { using, main, post, ...others } = action.runs;
  expect([using, others]).toEqual(['node24', {}]);
  for (const file of [main, post]) {
    const code = read(file);
    expect(code.length).toBeLessThan(115 * 1024);
    for (const path of [ROOT, homedir()]) expect(code).not.toContain(path + sep);
    expect(code).not.toMatch(/\/(?:home|Users|work|tmp)\/|[A-Z]:\\/);
  }
});
