import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support.ts';
import { PAGES, read, section, table } from './pages.ts';

const contributing = read('CONTRIBUTING.md');
const { scripts } = JSON.parse(read('package.json'));

test('documents name scripts that there are', () => {
  const named = PAGES.flatMap((page) =>
    Array.from(read(page).matchAll(/\bnpm run ([\w-]+)/g), ([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(10);
  for (const name of named) expect(scripts).toHaveProperty([name]);
});

test('CONTRIBUTING.md has each script', () => {
  for (const name of Object.keys(scripts)) {
    expect(contributing).toMatch(
      new RegExp(name === 'test' ? '`npm test' : `\`npm run ${name}\\b`),
    );
  }
});

test('its map of the repository is right', () => {
  const paths = table(section(contributing, '## How it is laid out')).flatMap(([where = '']) =>
    Array.from(where.matchAll(/`([^`]+)`/g), ([, path = '']) => path),
  );
  expect(paths.length).toBeGreaterThan(8);
  for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});

test('SECURITY.md verifies files and a workflow that there are', () => {
  const paths = read('SECURITY.md').match(/\b(dist\/[\w.]+|\.github\/[\w./-]+\.yml)/g) ?? [];
  expect(paths.length).toBeGreaterThan(3);
  for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});

test('documents name options of the stand-in box that there are', () => {
  const usage = read('devkit/box/main.ts');
  const named = PAGES.flatMap((page) =>
    Array.from(
      read(page).matchAll(/`(?:npm run box -- )?(--[a-z]+)\b[^`]*`/g),
      ([, name = '']) => name,
    ),
  ).filter((name) => !['--markdown', '--cacert', '--help', '--config'].includes(name));
  expect(new Set(named)).toEqual(new Set(['--fault', '--at', '--times']));
  for (const name of named) expect(usage).toContain(`  ${name} `);
});
