import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allChecks } from './all-checks.ts';

const page = readFileSync(new URL('../../../../docs/contract.md', import.meta.url), 'utf8');
const headings = { static: 'The static part', data: 'Data' } as const;

/** The rows of checks below a heading. */
function rowsBelow(heading: string): [id: string, sentence: string][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([a-z]+\.[a-z-]+)` \| (.+) \|$/gm)].map(([, id = '', sentence = '']) => [id, sentence]);
}

describe('docs/contract.md', () => {
  const semantics = ['static', 'data', 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] as const;

  it.each(semantics)('tells below semantic %s of its checks, word for word, and of no other', (semantic) => {
    const heading = typeof semantic === 'number' ? `Semantic ${semantic}:` : headings[semantic];
    const checks = allChecks.filter((check) => check.semantic === semantic).map(({ id, sentence }) => [id, sentence]);
    expect(rowsBelow(heading)).toEqual(checks);
  });
});
