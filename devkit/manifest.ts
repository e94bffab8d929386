import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What action.yml declares. */
export interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly required: string; default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}

/** Reads action.yml, which has only nested mappings and values on one line. */
export function readManifest(): Manifest {
  const text = readFileSync(join(import.meta.dirname, '..', 'action.yml'), 'utf8');
  const root: Record<string, unknown> = {};
  const parents = [root];
  for (const [, indent = '', key = '', value] of text.matchAll(/^( *)([\w-]+):(?: (.*\S))?\r?$/gm)) {
    const depth = indent.length / 2;
    const child = {};
    Object.assign(parents[depth] ?? {}, { [key]: value?.replace(/^(["'])(.*)\1$/, '$2') ?? child });
    parents[depth + 1] = child;
  }
  return root as unknown as Manifest;
}
