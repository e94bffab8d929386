import assert from 'node:assert/strict';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { act, ROOT } from './act.ts';

/** Runs the jobs of e2e.yml that are for Linux. */
export function testWorkflows(): void {
  test('e2e.yml', async () => {
    const isLink = lstatSync(join(ROOT, 'node_modules')).isSymbolicLink();
    assert.ok(
      !isLink,
      'node_modules is a link, and npm ci in the workflow would empty its target.',
    );
    const linux = ['--matrix=os:ubuntu-latest'];
    const { exitCode, output } = await act('workflow_dispatch', 'e2e.yml', ROOT, linux);
    assert.equal(exitCode, 0, output);
  });
}
