import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support.ts';

/** The documents, as paths from the root. */
export const PAGES: readonly string[] = ['.', 'docs', '.github'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** @param path from the root */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n');
}

/** The fenced blocks of one language in a text. */
export function blocks(text: string, language: string): string[] {
  const fences = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'));
  return Array.from(fences, ([, block = '']) => block);
}

/** What stands below a heading, down to the next of its level or of a higher one. */
export function section(text: string, heading: string): string {
  const [level = ''] = /^#+/.exec(heading) ?? [];
  const [, below = ''] = text.split(`${heading}\n`);
  return below.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? '';
}

/** The cells of the first table in a text, row by row, without its head. */
export function table(text: string): string[][] {
  const [rows = ''] = /^(\|.*\|\n)+/m.exec(text) ?? [];
  return rows
    .trim()
    .split('\n')
    .slice(2)
    .map((row) => row.slice(2, -2).split(' | '));
}
