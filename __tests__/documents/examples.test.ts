import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { ROOT } from '../support.ts';
import { blocks, PAGES, read } from './pages.ts';

const names = readdirSync(join(ROOT, 'examples'));

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps?: ReadonlyArray<{ run?: string }> }>>;
}

test('each example is shown in the documents as it is, and no workflow but the examples is', () => {
  const shown = PAGES.flatMap((page) => blocks(read(page), 'yaml'));
  const examples = names.map((name) => read(`examples/${name}`));
  expect([...new Set(shown)].sort()).toEqual(examples.sort());
});

test.each(names)('%s says why and what to prepare', (name) => {
  expect(read(`examples/${name}`)).toMatch(/^# .+\n# Why: .+\n(#.*\n)*?# Prepare: /);
});

test.each(names)('%s keeps to the rules for secrets and for curl', (name) => {
  const workflow: Workflow = parse(read(`examples/${name}`));
  const scripts = Object.values(workflow.jobs).flatMap(({ steps = [] }) =>
    steps.map(({ run = '' }) => run),
  );
  for (const script of scripts) {
    // Nothing of a context in a shell.
    expect(script).not.toContain('${{');
    // Credentials come by standard input: the command line can be seen.
    expect(script).not.toMatch(/--user|-u /);
    for (const command of script.match(/\bcurl\b.*(\\\n.*)*/g) ?? []) {
      expect(command).toContain('--config -');
      expect(command).toContain('--fail-with-body');
      expect(command).toMatch(/--max-time \d+/);
    }
  }
});
