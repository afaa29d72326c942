import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { brokenLinks, markedBlocks, readPages } from '../src/docs/pages.ts';
import { runShell, runTypeScript, typeCheck } from '../src/docs/run-blocks.ts';

function folderOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'destino-pages-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  return root;
}

const fence = '```';
const blockOf = (words: string, text: string) => ({ words: words.split(' '), text, line: 3, place: 'x.md:3' });

describe('brokenLinks', () => {
  it('reports a file and a heading that are not there, and nothing else', () => {
    const root = folderOf({
      'a.md': `# One thing: \`x\`!\n## Twice\n## Twice\n[ok](b.md) [ok](#one-thing-x) [ok](b.md#two) [ok](#twice-1) [web](https://example.org/#x)\n[bad](c.md)\n[bad](b.md#three) \`[code](d.md)\`\n${fence}\n[code](e.md)\n${fence}\n`,
      'b.md': '## Two\n',
    });
    expect(brokenLinks(root, readPages(root))).toEqual(['a.md:5: c.md is not there', 'a.md:6: b.md#three names no heading of that file']);
  });
});

describe('markedBlocks', () => {
  it('finds the blocks whose fence carries the words, with their places', () => {
    const root = folderOf({ 'a.md': `text\n${fence}ts check\nconst a = 1;\n${fence}\n${fence}ts\nbroken(\n${fence}\n` });
    expect(markedBlocks(readPages(root), 'ts', 'check')).toMatchObject([{ place: 'a.md:2', text: 'const a = 1;\n' }]);
  });
});

describe('running blocks', () => {
  it('names the line of the page where a block does not compile', async () => {
    const lines = await typeCheck([blockOf('ts check', 'const a = 1;\nconst b: string = a;\n')]);
    expect(lines).toEqual([expect.stringMatching(/^x\.md:5: error TS2322/)]);
  });

  it('sees our own packages by their sources', async () => {
    const text = "import { isDestinoError } from '@destino/core/errors';\nif (isDestinoError(new Error('x'))) throw new Error('no');\n";
    expect(await typeCheck([blockOf('ts runnable', text)])).toEqual([]);
    await expect(runTypeScript(blockOf('ts runnable', text))).resolves.toBeUndefined();
  });

  it('fails with what a failing command printed', async () => {
    await expect(runShell(blockOf('sh test', 'echo before >&2\nfalse\necho after >&2\n'))).rejects.toThrow('x.md:3 fails:\nbefore\n');
  });
});
