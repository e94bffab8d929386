import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT } from './support.ts';

test.each<[string, string, RegExp]>([
  [
    'src/box stands on its own: nothing of GitHub Actions but its HTTP client',
    'src/box',
    /^(\.\/|node:|@actions\/http-client|otpauth\/)/,
  ],
  [
    'src/action knows no HTTP',
    'src/action',
    /^(\.\/|node:(fs|os)$|@actions\/core$|\.\.\/version\.ts$|\.\.\/box\/(?!transport|user-api|failures|proxy))/,
  ],
  ['src/login.ts and its like bring the rooms together', 'src', /^(\.\/|\.\.\/package\.json$)/],
])('%s', (_, room, allowed) => {
  const files = readdirSync(join(ROOT, room)).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) {
    const source = readFileSync(join(ROOT, room, file), 'utf8');
    for (const [, module] of source.matchAll(/from '([^']+)'/g)) {
      expect(`${file}: ${module}`).toMatch(new RegExp(`^${file}: ${allowed.source.slice(1)}`));
    }
  }
});
