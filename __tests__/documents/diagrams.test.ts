import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { parseHTML } from 'linkedom';
import { blocks, PAGES, read } from './pages.ts';

interface Mermaid {
  /** Rejects where the text is no diagram. */
  parse(text: string): Promise<{ readonly diagramType: string }>;
}

describe('Mermaid reads each diagram', () => {
  const mermaid = load();
  const diagrams = PAGES.flatMap((page) =>
    blocks(read(page), 'mermaid').map((text) => [page, text.split('\n')[0], text] as const),
  );

  test('of which there are some', () => {
    expect(diagrams.length).toBeGreaterThan(2);
  });

  test.each(diagrams)('in %s: %s', async (_page, kind = '', text) => {
    const { diagramType } = await mermaid.parse(text);
    expect(kind).toMatch(new RegExp(`^${diagramType}`));
  });

  test('and not one with a word of its own as a name', async () => {
    await expect(mermaid.parse('sequenceDiagram\n  action->>box: login\n')).rejects.toThrow(
      /Parse error on line 2/,
    );
  });
});

/** Mermaid in one file, made for the browser: it wants a window. */
function load(): Mermaid {
  const file = createRequire(import.meta.url).resolve('@mermaid-js/tiny');
  const window = parseHTML('<html></html>');
  const context = createContext({ window, document: window.document, structuredClone });
  runInContext(readFileSync(file, 'utf8'), context);
  return context['mermaid'];
}
