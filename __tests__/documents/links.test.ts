import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { anchor, ROOT } from '../support.ts';
import { PAGES, read } from './pages.ts';

describe('links inside the repository lead somewhere', () => {
  test.each(PAGES)('in %s', (page) => {
    const inText = Array.from(read(page).matchAll(/\]\(([^)]+)\)/g), ([, target = '']) => target);
    for (const target of inText.filter((each) => !/^https?:/.test(each))) {
      const [path = '', fragment] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect([target, existsSync(join(ROOT, file))]).toEqual([target, true]);
      if (fragment === undefined) continue;
      const text = read(file).replaceAll(/^```[\s\S]*?^```$/gm, '');
      const headings = text.matchAll(/^#+ (.*)$/gm);
      expect(Array.from(headings, ([, heading = '']) => anchor(heading))).toContain(fragment);
    }
  });
});

test('the forms for issues link to pages that there are', () => {
  const forms = ['config.yml', 'bug.yml'].map((name) => read(`.github/ISSUE_TEMPLATE/${name}`));
  const paths = forms.flatMap((form) =>
    Array.from(form.matchAll(/(?:\/blob\/main\/| )(docs\/[\w-]+\.md)/g), ([, path = '']) => path),
  );
  expect(paths.length).toBeGreaterThan(1);
  for (const path of paths) expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
});
