import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What action.yml declares. */
export interface Manifest {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<
    Record<string, { description: string; required?: string; default?: string }>
  >;
  readonly outputs: Readonly<Record<string, { description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

/** Reads action.yml, which has only nested mappings and values on one line. */
export function readManifest(): Manifest {
  const root: Record<string, unknown> = {};
  const parents = [root];
  for (const line of readFileSync(join(import.meta.dirname, '..', 'action.yml'), 'utf8').split(
    /\r?\n/,
  )) {
    const [, indent = '', key = '', value = ''] = /^( *)([\w-]+): ?(.*)$/.exec(line) ?? [];
    if (key === '') continue;
    const depth = indent.length / 2;
    const child = {};
    const parent = parents[depth] ?? root;
    parent[key] = value === '' ? child : value.replace(/^(["'])(.*)\1$/, '$2');
    parents[depth + 1] = child;
  }
  return root as unknown as Manifest;
}
