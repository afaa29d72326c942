import { repositoryRoot } from '@destino/repository';
import { describe, expect, it } from 'vitest';
import { brokenLinks, markedBlocks, readPages } from '../src/docs/pages.ts';
import { runShell, runTypeScript, typeCheck } from '../src/docs/run-blocks.ts';

const pages = readPages(repositoryRoot);
const runnable = markedBlocks(pages, 'ts', 'runnable');
const shell = markedBlocks(pages, 'sh', 'test');

describe('the documentation of this repository', () => {
  it('links only to files and headings that are there', () => {
    expect(pages.map(({ name }) => name)).toContain('README.md');
    expect(brokenLinks(repositoryRoot, pages)).toEqual([]);
  });

  it('has TypeScript blocks that compile against the sources', async () => {
    expect(await typeCheck([...runnable, ...markedBlocks(pages, 'ts', 'check')])).toEqual([]);
  }, 60_000);

  for (const block of runnable) {
    it(`runs the program at ${block.place}`, async () => {
      await expect(runTypeScript(block)).resolves.toBeUndefined();
    }, 90_000);
  }

  for (const block of shell) {
    it(`runs the commands at ${block.place}`, async () => {
      await expect(runShell(block)).resolves.toBeUndefined();
    }, 90_000);
  }
});
