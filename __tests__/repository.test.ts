import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, posix, sep } from 'node:path';
import { expect, test } from '@jest/globals';
import { FAULTS } from '../devkit/box/faults.ts';
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
  for (const [index, [name, field]] of fields.entries()) {
    const [, cell = ''] = lines[index]?.split(' | ') ?? [];
    const required = /required/i.test(cell);
    if ('default' in field) expect({ name, cell }).toEqual({ name, cell: `\`${field.default}\`` });
    else if ('required' in field) expect({ name, required }).toEqual({ name, required: field.required === 'true' });
  }
});

const EXAMPLES = readdirSync(join(ROOT, 'examples')).map((name) => `examples/${name}`);
test.each([...PAGES, ...EXAMPLES])('%s: each output is one of action.yml', (file) => {
  const unknown = matches(read(file), /\boutputs\.(\w+)/g).filter((name) => !action.outputs[name]);
  expect(unknown).toEqual([]);
});

test.each(EXAMPLES.filter((file) => /(?<!call-several-jobs)\.yml$/.test(file)))('%s requires what it uses', (file) => {
  const [head = ''] = read(file).split(/^name:/m);
  const used = matches(read(file), /\b(?:vars|secrets)\.(\w+)/g);
  expect(new Set(matches(head, /\b[A-Z\d]+_[A-Z_]+\b/g))).toEqual(new Set(used));
});

test('versions of the action, scripts, workflows, files and faults that documents name exist', () => {
  const text = [...PAGES, ...EXAMPLES].map(read).join('\n');
  const versions = new Set([`v${manifest.version.split('.')[0]}`, 'FULL_COMMIT_SHA']);
  expect(new Set(matches(text, /uses: \S*\/mailinabox-login@(\S+)/g))).toEqual(versions);
  const named = matches(text, /\bnpm run ([\w-]+)/g).filter((name) => !(name in manifest.scripts));
  const workflows = matches(text, /\/mailinabox-login\/(\.github\/\S+|actions\/workflows\/\w+\.yml)/g);
  const lost = workflows.filter((path) => !existsSync(join(ROOT, path.replace(/^actions/, '.github'))));
  expect(matches(read('SECURITY.md'), /for file in (.*);/g)).toEqual(['dist/main.cjs dist/post.cjs dist/licenses.txt']);
  const faults = matches(text, /--fault (\w+)/g).filter((name) => !(name in FAULTS));
  expect({ named, lost, faults }).toEqual({ named: [], lost: [], faults: [] });
  expect(manifest.scripts.test).toMatch(/^npm run build\b/);
});

test('in Forgejo, a job with a time limit runs no post-step', () => {
  expect(matches(read('examples/forgejo.yml'), /^ {0,7}timeout-minutes/gm)).toEqual([]);
});

/** What each system has, and all have. */
const SYSTEMS: Readonly<Record<string, string>> = {
  'ubuntu-latest': 'bash curl gh git go jq openssl pwsh python3',
  'self-hosted': 'bash curl',
  // The images of Gitea and Forgejo.
  docker: 'bash curl git',
  'buildpack-deps:trixie-curl': 'bash curl',
};
const POSIX = 'cat cut done echo exit fi for grep install mkdir printf rm sed sleep umask [ [[';

test.each(EXAMPLES)('%s: an earlier step installs each tool that its system lacks', (file) => {
  const [head = '', ...steps] = read(file).split(/^ {6}- /m);
  const [, system = ''] = /container: (.*)/.exec(head) ?? /runs-on: (.*)/.exec(head) ?? [];
  let available = `${POSIX} ${SYSTEMS[system] ?? ''}`.split(' ');
  for (const step of steps) {
    const [, shell] = /^ {8}shell: (.*)/m.exec(step) ?? [];
    const [, block, line = ''] = /^ {8}run: (?:\|\n((?: {10}.*\n)*)|(.*))/m.exec(step) ?? [];
    const script = block ?? line;
    const commands = shell === 'pwsh' ? [] : commandsIn(script);
    available = available.concat(matches(script, /(\w+)\(\)/g), installedBy(script));
    const missing = [shell ?? 'cat', ...commands].filter((name) => !available.includes(name));
    expect({ script, missing }).toEqual({ script, missing: [] });
  }
});

test("GitLab's image has each tool of its job", () => {
  const job = blocks(read('docs/outside-actions.md'), 'yaml').find((block) => block.includes('image: ')) ?? '';
  const [image = ''] = matches(job, /image: (.*)/g);
  const available = `${POSIX} ${SYSTEMS[image]}`.split(' ');
  const commands = matches(job, / {4}- \|\n((?: {6}.*\n)+)/g).flatMap(commandsIn);
  expect(commands).toContain('curl');
  expect(commands.filter((name) => !available.includes(name))).toEqual([]);
});

/** The names of the commands in a shell script. */
function commandsIn(script: string): string[] {
  const simple = script
    .replaceAll(/^\s*#.*$/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .replaceAll(/<<'EOF'[\s\S]*?\n\s*EOF$/gm, '')
    .replaceAll(/'[^']*'/g, '')
    .replaceAll(/"[^"]*"/g, (quoted) => quoted.replaceAll(/["\s;|&(){}]/g, ''));
  return simple
    .split(/[\n;|&(){}]+/)
    .map((command) => command.replace(/^\s*((do|if|then|else|exec|\w+=\S*)(\s+|$))*/, ''))
    .map((command) => /^(?:\S*\/)?(\S+)/.exec(command)?.[1] ?? '')
    .filter((name) => name !== '');
}

/** The commands that a script installs; in a virtual environment, Python's. */
function installedBy(script: string): string[] {
  const names = matches(script, /\b(?:pip" install|pip install|go install|git clone) (.*)/g);
  const tools = names.flatMap((each) => matches(each, /(?<=[\s/])([\w.-]+)(?=[=/\s]|$)/g));
  return script.includes('-m venv') ? [...tools, 'pip', 'python'] : tools;
}

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
  const headings = anchors('docs/troubleshooting.md');
  expect(Object.keys(REMEDIES).filter((title) => !headings.includes(anchor(title)))).toEqual([]);
});

test('docs/recipes.md links every workflow once, and shows parts of it; a page links each script', () => {
  const recipes = read('docs/recipes.md');
  const workflows = EXAMPLES.filter((file) => file.endsWith('.yml')).toSorted();
  expect(matches(recipes, /\(\.\.\/(examples\/[^)]+\.yml)\)/g).toSorted()).toEqual(workflows);
  const linked = matches(PAGES.map(read).join(), /\(\.\.\/(examples\/[^)]+)\)/g);
  expect(EXAMPLES.filter((file) => !linked.includes(file))).toEqual([]);
  for (const section of recipes.split(/^## /m)) {
    const [file] = matches(section, /\(\.\.\/(examples\/[^)]+)\)/g);
    for (const block of yaml(section)) expect(`${file}: ${isIn(block, `${file}`)}`).toBe(`${file}: true`);
  }
});

test.each(['README.md', 'docs/setup.md', 'docs/gitea-forgejo.md'])('%s shows parts of examples', (page) => {
  for (const block of yaml(read(page))) {
    expect(EXAMPLES.some((file) => isIn(block, file)) || block).toBe(true);
  }
});

test('README.md creates the account and stores its credentials with the commands of setup.md', () => {
  expect(blocks(read('README.md'), 'sh')[0]).toBe(blocks(read('docs/setup.md'), 'sh')[0]);
});

const yaml = (text: string) => blocks(text, 'yaml');

function blocks(text: string, language: string): string[] {
  return matches(text, new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'));
}

/** Whether a file contains these lines, at any indentation. */
function isIn(block: string, file: string): boolean {
  const indented = (width: number) => block.replace(/^(?=.)/gm, ' '.repeat(width));
  return [0, 2, 4, 6, 8].some((width) => read(file).includes(indented(width)));
}

test('curl ends errors with a line break, without which some runners drop them', () => {
  for (const file of [...PAGES, ...EXAMPLES]) {
    for (const line of matches(read(file), /^.*curl .*--fail-with-body.*$/gm))
      expect(`${file}: ${line}`).toMatch(/ -w ['"]\\n['"]/);
  }
});

/** Each pattern has to match somewhere in the documents, and every time with this number. */
test.each<[string, number, RegExp]>([
  ['sessions', MAX_SESSIONS, /(\d+) sessions/g],
  ['failures', constant('devkit/box/sessions.ts', 'MAX_FAILURES'), /(\d+) failed logins/g],
  ['timeout', Number(action.inputs['timeout']?.default), /`timeout`, (\d+) s by default/g],
  ['signing out', constant('src/box/sign-out.ts', 'SIGN_OUT'), /\| (\d+) s, of which `verify-logout`/g],
  ['verification', constant('src/box/sign-out.ts', 'VERIFICATION'), /of which `verify-logout` gets at least (\d+) s/g],
  ['an attempt', constant('src/box/sign-in.ts', 'SIGN_IN_ATTEMPT'), /one attempt \| (\d+) s/g],
  ['connecting to sign out', constant('src/box/sign-out.ts', 'connectSeconds'), /one attempt \|[^|]+\| (\d+) s/g],
  ['the first wait', constant('src/box/retry.ts', 'FIRST_WAIT'), /first wait \| 0.5 to (\d+) s/g],
  ['later waits', constant('src/box/retry.ts', 'LONGEST_WAIT'), /up to 7.5 to (\d+) s/g],
  ['a container', constant('src/action/take-over.ts', 'PATIENCE_MS') / 1000, /still running after (\d+) s/g],
  ['revoking', constant('src/action/cancel.ts', 'LAST_MS') / 1000, /\| ([\d.]+) \| \| if a key/g],
  ['jobs at once', 6, /max-parallel: (?!1`)(\d+)/g],
  ['glibc', 2.28, /glibc ([\d.]+)/g],
  ['TLS', 1.2, /TLS ([\d.]+) or later/g],
  ['Node', 22.9, /Node [^.]*20\.18 or later\), or (\d+\.\d+)/g],
  ['grace', constant('src/action/cancel.ts', 'GRACE_MS') / 1000, /\| (\d+) \| \| aborts the req/g],
])('documents: the number for %s', (_, expected, pattern) => {
  const text = PAGES.map(read).join('\n').replaceAll(/\s+/g, ' ');
  expect([...new Set(matches(text, pattern))]).toEqual([`${expected}`]);
});

function constant(file: string, name: string): number {
  const [, value = ''] = new RegExp(`\\b${name}(?: =|:) ([\\d_]+)`).exec(read(file)) ?? [];
  return Number(value.replaceAll('_', ''));
}

test('these files name the account that publishes the action, as do examples', () => {
  const [, account = ''] = new URL(homepage).pathname.split('/');
  const files = execFileSync('git', ['grep', '-lw', account], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
  // The build writes dist/, and RELEASING.md names the placeholder only before the first release.
  expect(files.filter((file) => !/^(dist|examples)\/|RELEASING/.test(file))).toEqual([
    ...['CODEOWNERS', 'ISSUE_TEMPLATE/config.yml', 'zizmor.yml'].map((file) => `.github/${file}`),
    ...['CHANGELOG.md', 'README.md', 'SECURITY.md'],
    ...['gitea-forgejo', 'recipes', 'setup', 'troubleshooting'].map((page) => `docs/${page}.md`),
    'package.json',
  ]);
});

test('dependencies are pinned; bundled ones are in the bundle, with their licenses', () => {
  const all = { ...devDependencies, ...optionalDependencies, ...dependencies };
  const isPinned = ([, version]: [string, string]) => /^\d+\.\d+\.\d+$/.test(version);
  expect(Object.entries(all).filter((entry) => !isPinned(entry))).toEqual([]);
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies, optionalDependencies });
  const bundled = read('dist/packages.txt').trim().split('\n');
  const own = Object.entries(dependencies).map((entry) => entry.join(' '));
  expect(own.filter((each) => !bundled.includes(each))).toEqual([]);
  for (const [name = '', version] of bundled.map((line) => line.split(' '))) {
    const packages: Readonly<Record<string, { version?: string; dev?: boolean }>> = lock.packages;
    const { dev, ...locked } = packages[`node_modules/${name}`] ?? {};
    expect({ name, version: locked.version, dev }).toEqual({ name, version, dev: undefined });
    const [, license] = new RegExp(`^${name}\n(.*)`, 'm').exec(read('dist/licenses.txt')) ?? [];
    expect({ name, license }).toEqual({ name, license: expect.stringMatching(/^(MIT|ISC|Apache-2.0)$/) });
  }
});

test('the action runs dist/ on node24', () => {
  expect(action.runs).toEqual({ using: 'node24', main: 'dist/main.cjs', post: 'dist/post.cjs' });
});

test.each([
  ['dist/main.cjs', 112 * 1024],
  ['dist/post.cjs', 92 * 1024],
])('%s is small, without a path of this machine', (file, most) => {
  const code = read(file);
  const bytes = Buffer.byteLength(code);
  expect(`${file}: ${bytes} bytes, ${bytes > most ? 'more' : 'less'} than ${most}`).toMatch('less');
  const paths = [ROOT + sep, homedir() + sep].filter((path) => code.includes(path));
  expect([...paths, ...matches(code, /\/(?:home(?!\/user-data)|Users|work|tmp)\/|[A-Z]:\\/g)]).toEqual([]);
});
