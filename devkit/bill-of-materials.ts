import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** A part of CycloneDX, as npm writes it. */
export interface BillOfMaterials {
  readonly components: ReadonlyArray<{ readonly group?: string; readonly name: string }>;
}

/** What the action depends on, by package-lock.json alone; not all of it ends up in the bundles. */
export function billOfMaterials(): BillOfMaterials {
  const omit = ['--omit', 'dev', '--omit', 'optional'];
  const bill = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', ...omit],
    // npm is a script on Windows.
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8', shell: process.platform === 'win32' },
  );
  return JSON.parse(bill);
}
