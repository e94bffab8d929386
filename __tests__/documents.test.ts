import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readAction } from '../devkit/runner/action.ts';
import manifest from '../package.json' with { type: 'json' };
import { ROOT } from './support.ts';

const action = readAction(ROOT);
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('the README', () => {
  test('has the inputs of action.yml', () => {
    const inputs = Object.entries(action.inputs).map(([name, input]) => [
      name,
      input.required === true
        ? 'required'
        : input.default === undefined
          ? 'none'
          : `\`${input.default}\``,
      input.description,
    ]);
    expect(table('Inputs')).toEqual(inputs);
  });

  test('has the outputs of action.yml', () => {
    const outputs = Object.entries(action.outputs).map(([name, { description }]) => [
      name,
      description,
    ]);
    expect(table('Outputs')).toEqual(outputs);
  });

  test('has the two commands, which are scripts of package.json', () => {
    expect(readme).toContain('\nnpm ci && npm run demo\n');
    expect(readme).toContain('\nnpm cit\n');
    expect(manifest.scripts).toHaveProperty('demo');
    expect(manifest.scripts).toHaveProperty('test');
  });

  /** The cells of the table below a heading, the first without its back-ticks. */
  function table(heading: string): string[][] {
    const [, section = ''] = readme.split(`## ${heading}\n`);
    const rows =
      section
        .split('\n## ')[0]
        ?.match(/^\|.*\|$/gm)
        ?.slice(2) ?? [];
    return rows.map((row) => {
      const [name = '', ...cells] = row.slice(2, -2).split(' | ');
      return [name.replaceAll('`', ''), ...cells];
    });
  }
});

test('docs/troubleshooting.md has one row and one section for each error, under its title, and no other', () => {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'));
  const classes = sources.flatMap((source) =>
    source.split(/^(?=(?:export )?(?:abstract )?class )/m).flatMap((part) => {
      const [, name, base] = /class (\w+) extends (\w+)/.exec(part) ?? [];
      return name === undefined ? [] : [{ name, base, part }];
    }),
  );
  // Those of values become errors of inputs.
  const errors = classes.filter(
    ({ base, part }) => base !== 'Error' && !part.startsWith('export abstract'),
  );
  const page = readFileSync(join(ROOT, 'docs', 'troubleshooting.md'), 'utf8');
  const rows = page.matchAll(/^\| \[(.*?)\]\(#[\w-]+\) \|/gm);
  expect(errors.length).toBeGreaterThan(20);
  const titles = errors
    .filter(({ name }) => name !== 'GaveUpError')
    .map(({ name, part }) => /readonly title = '(.*)';/.exec(part)?.[1] ?? name);
  expect(Array.from(rows, ([, title]) => title).sort()).toEqual(titles.sort());
  const [, sections = ''] = page.split('## Each error\n');
  const headings = (sections.split(/^## /m)[0] ?? '').matchAll(/^### (.*)$/gm);
  expect(Array.from(headings, ([, title]) => title).sort()).toEqual(titles.sort());
});

describe('the examples', () => {
  const names = readdirSync(join(ROOT, 'examples'));
  const examples = names.map((name) => readFileSync(join(ROOT, 'examples', name), 'utf8'));
  const shownIn = (page: string) =>
    Array.from(page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm), ([, text]) => text);

  test('are shown in docs/examples.md as they are, all of them', () => {
    const page = readFileSync(join(ROOT, 'docs', 'examples.md'), 'utf8');
    expect(shownIn(page).sort()).toEqual([...examples].sort());
  });

  test('lead the README: the first of them is the workflow to copy', () => {
    expect(shownIn(readme)[0]).toBe(readFileSync(join(ROOT, 'examples', 'dns-record.yml'), 'utf8'));
  });

  test.each(names)(
    '%s says why and what to prepare, and keeps to the rules for secrets',
    (name) => {
      const text = readFileSync(join(ROOT, 'examples', name), 'utf8');
      expect(text).toMatch(/^# .+\n# Why: .+\n(#.*\n)*?# Prepare: /);
      const workflow = parse(text);
      for (const { steps } of Object.values(workflow.jobs) as Array<{
        steps: Array<{ run?: string }>;
      }>) {
        for (const { run = '' } of steps) {
          // Nothing of a context in a shell; no credentials on a command line; a limit of time, and errors that are seen.
          expect(run).not.toContain('${{');
          expect(run).not.toMatch(/--user|-u /);
          if (!run.includes('curl')) continue;
          expect(run).toContain('--fail-with-body');
          expect(run).toMatch(/--max-time \d+/);
        }
      }
    },
  );
});

test.each(['README.md', 'docs/how-it-works.md'])(
  'no diagram in %s names a participant by a word of Mermaid',
  (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const names = Array.from(text.matchAll(/^ *participant (\w+)/gm), ([, name]) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(name).not.toMatch(
        /^(actor|alt|and|box|break|create|critical|else|end|links?|loop|note|opt|par|rect)$/,
      );
    }
  },
);

describe('links inside the repository lead somewhere', () => {
  const pages = ['.', 'docs'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  test.each(pages)('in %s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
      if (anchor === undefined) continue;
      const headings = readFileSync(join(ROOT, file), 'utf8').matchAll(/^#+ (.*)$/gm);
      const anchors = Array.from(headings, ([, heading = '']) =>
        heading
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      expect(anchors).toContain(anchor);
    }
  });
});

describe('the bundles', () => {
  test.each(['main', 'post'] as const)(
    'dist/%s.cjs runs on node24 and has 150 KB at the most',
    (name) => {
      expect(action.runs).toMatchObject({ using: 'node24', [name]: `dist/${name}.cjs` });
      expect(readFileSync(join(ROOT, 'dist', `${name}.cjs`)).length).toBeLessThanOrEqual(
        150 * 1024,
      );
    },
  );

  const packages = readFileSync(join(ROOT, 'dist', 'packages.txt'), 'utf8')
    .trim()
    .split('\n');

  test('hold what dist/packages.txt says, and no more', () => {
    const names = packages.map((line) => line.split(' ')[0]);
    expect(names).toEqual(['@actions/core', '@actions/http-client', 'otpauth', 'tunnel']);
  });

  test.each(packages)('dist/licenses.txt has the license of %s', (line) => {
    const [name = ''] = line.split(' ');
    const licenses = readFileSync(join(ROOT, 'dist', 'licenses.txt'), 'utf8').replaceAll('\r', '');
    const [, license = ''] = licenses.split(new RegExp(`^${name}\n`, 'm'));
    expect(license).toMatch(/^(MIT|ISC|Apache-2\.0)\n[\s\S]{0,200}Copyright/);
  });
});

test('the post-step has no condition, so that it runs however the job ends', () => {
  expect(action.runs).not.toHaveProperty('post-if');
});

test('every dependency is pinned to one version', () => {
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  for (const version of Object.values({
    ...dependencies,
    ...devDependencies,
    ...optionalDependencies,
  })) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
});
