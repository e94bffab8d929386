import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readAction } from '../../devkit/runner/action.ts';
import { anchor, ROOT } from '../support.ts';
import { read, section, table } from './pages.ts';

const page = read('docs/troubleshooting.md');
const titles = errorClasses().map(({ title }) => title);

test('there are more than 20 errors, each with a title of its own', () => {
  expect(titles.length).toBeGreaterThan(20);
  expect(new Set(titles).size).toBe(titles.length);
});

test('docs/troubleshooting.md has a row for each error, with its title, and no other', () => {
  const names = table(page).map(([name]) => name);
  expect(names.sort()).toEqual(titles.map((title) => `[${title}](#${anchor(title)})`).sort());
});

test('it has a section for each error, under its title, and no other', () => {
  const headings = section(page, '## Each error').matchAll(/^### (.*)$/gm);
  expect(Array.from(headings, ([, title]) => title).sort()).toEqual(titles.sort());
});

describe('a section says what it means, why, what to do, and how to check by hand', () => {
  test.each(titles)('%s', (title) => {
    expect(section(page, `### ${title}`)).toMatch(
      /^\n[A-Z`][\s\S]+\n\n\*\*Why:\*\* [\s\S]+\n\n\*\*What to do:\*\* [\s\S]+\n\n\*\*By hand:\*\*\s+\S/,
    );
  });
});

test('a section names the inputs and variables that its error names', () => {
  const { inputs } = readAction(ROOT);
  const named = errorClasses().flatMap(({ title, source }) =>
    Array.from(source.matchAll(/'([a-z][\w-]+)'/g), ([, name = '']) => [title, name] as const),
  );
  const known = named.filter(([, name]) => name in inputs || name.endsWith('_proxy'));
  expect(known.length).toBeGreaterThan(10);
  for (const [title, name] of known) {
    expect([title, section(page, `### ${title}`)]).toEqual([title, expect.stringContaining(name)]);
  }
});

/** All classes of errors in src/ that a user can meet. */
function errorClasses(): Array<{ readonly title: string; readonly source: string }> {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => read(join('src', name)));
  const classes = sources.flatMap((source) =>
    source.split(/^(?=(?:export )?(?:abstract )?class )/m).flatMap((part) => {
      const [, name, base] = /class (\w+) extends (\w+)/.exec(part) ?? [];
      return name === undefined ? [] : [{ name, base, part }];
    }),
  );
  return (
    classes
      // Those of values become errors of inputs; the last of several attempts has the title of its like.
      .filter(({ base, part }) => base !== 'Error' && !part.startsWith('export abstract'))
      .filter(({ name }) => name !== 'GaveUpError')
      .map(({ name, part }) => ({
        title: /readonly title = '(.*)';/.exec(part)?.[1] ?? `${name} without a title`,
        source: part,
      }))
  );
}
