/** `npm run act`: runs the workflow e2e.yml, the examples and the documented commands against a stand-in box. */
import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { act, ROOT, requireAct } from './act.ts';
import { testCommands } from './commands.ts';
import { testExamples } from './examples.ts';

requireAct();
describe('examples', { concurrency: 2 }, testExamples);
describe('commands', testCommands);
test('e2e.yml', async () => {
  const isLink = lstatSync(join(ROOT, 'node_modules')).isSymbolicLink();
  assert.ok(!isLink, 'node_modules is a link, and npm ci in the workflow would empty its target.');
  const args = ['--matrix=os:ubuntu-latest'];
  const { exitCode, output } = await act('workflow_dispatch', 'e2e.yml', ROOT, args);
  assert.equal(exitCode, 0, output);
});
