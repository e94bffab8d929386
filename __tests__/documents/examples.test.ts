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
  for (const script of scripts) expectRules(script);
});

test.each(PAGES)('the commands in %s keep to them too', (page) => {
  for (const script of blocks(read(page), 'sh')) expectRules(script);
});

test.each([
  ['echo "${{ '],
  ['curl --fail-with-body --max-time 9 --user "$EMAIL:$API_KEY" "$URL"'],
  ['curl --fail-with-body --max-time 9 --header "X: $PASSWORD" "$URL"'],
  ['curl --config - --max-time 9 "$URL" <<< "user = \\"$EMAIL:$API_KEY\\""'],
  ['curl --config - --fail-with-body \\\n  "$URL" <<< "user = \\"$EMAIL:$API_KEY\\""'],
  ['curl --fail-with-body --max-time 9 --data "$VALUE" "$URL"'],
])('%j does not', (script) => {
  expect(() => expectRules(script)).toThrow();
});

function expectRules(script: string): void {
  // Nothing of a context in a shell.
  expect(script).not.toContain('${{');
  for (const command of script.replaceAll('\\\n', ' ').split('\n')) {
    if (!/\bcurl\b/.test(command)) continue;
    const [line = ''] = command.split('<<<');
    // Others can see the command line.
    expect(line).not.toMatch(/\$\{?(API_KEY|PASSWORD|SECRET)/);
    expect(line).toMatch(/--max-time \d+/);
    // What begins with an @ would be taken for the name of a file.
    expect(line).not.toMatch(/--data (?!')\S*\$/);
    // Whoever looks by hand sees the status anyway.
    if (!/--(include|verbose|show-error)/.test(line)) expect(line).toContain('--fail-with-body');
  }
}
