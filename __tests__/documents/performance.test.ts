import { expect, test } from '@jest/globals';
import { read, table } from './pages.ts';

test('docs/performance.md has the rows and bounds of the bench', () => {
  const bench = read('devkit/bench/main.ts');
  const calls = bench.matchAll(/\brow\(\s*'(.*?)',\s*(undefined|[\d.]+),/g);
  const rows = Array.from(calls, ([, name = '', bound]) => [
    name,
    bound === 'undefined' ? '' : `${Number(bound).toFixed(2)}×`,
  ]);
  expect(rows.length).toBeGreaterThan(4);
  const shown = table(read('docs/performance.md')).map(([name, , , , bound = '']) => [
    name,
    bound.trim(),
  ]);
  expect(shown).toEqual(rows);
});
