import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readAction } from '../devkit/runner/action.ts';
import { ROOT } from './support.ts';

const { runs } = readAction(ROOT);

test.each(['main', 'post'] as const)(
  'dist/%s.cjs runs on node24 and has 150 KB at the most',
  (name) => {
    expect(runs).toMatchObject({ using: 'node24', [name]: `dist/${name}.cjs` });
    expect(readFileSync(join(ROOT, 'dist', `${name}.cjs`)).length).toBeLessThanOrEqual(150 * 1024);
  },
);

test('the post-step has no condition, so that it runs however the job ends', () => {
  expect(runs).not.toHaveProperty('post-if');
});

describe('dist/packages.txt', () => {
  const packages = readFileSync(join(ROOT, 'dist', 'packages.txt'), 'utf8')
    .trim()
    .split('\n');

  test('has the packages of the bundles', () => {
    const names = packages.map((line) => line.split(' ')[0]);
    expect(names).toEqual(['@actions/core', '@actions/http-client', 'otpauth', 'tunnel']);
  });

  test.each(packages)('%s has its license in dist/licenses.txt', (line) => {
    const [name = ''] = line.split(' ');
    const licenses = readFileSync(join(ROOT, 'dist', 'licenses.txt'), 'utf8').replaceAll('\r', '');
    const [, license = ''] = licenses.split(new RegExp(`^${name}\n`, 'm'));
    expect(license).toMatch(/^(MIT|ISC|Apache-2\.0)\n[\s\S]{0,200}Copyright/);
  });
});
