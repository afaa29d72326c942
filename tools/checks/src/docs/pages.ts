import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { listFiles } from '@destino/repository';
import { type Block, type Page, readPage } from './markdown.ts';

export type NamedPage = Page & { readonly name: string; readonly path: string };

/** A fenced block that is marked to be run or checked, and where it stands: `docs/x.md:12`. */
export type MarkedBlock = Block & { readonly place: string };

/** Every Markdown file below a folder; test data in `fixtures` is not documentation. */
export function readPages(root: string): NamedPage[] {
  const paths = listFiles(root).filter((path) => path.endsWith('.md') && !path.includes(`${sep}fixtures${sep}`));
  return paths.map((path) => ({ ...readPage(readFileSync(path, 'utf8')), path, name: relative(root, path).split(sep).join('/') }));
}

/** Links to files or headings that are not there. Links to other sites are left alone: this needs no network. */
export function brokenLinks(root: string, pages: readonly NamedPage[]): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links.flatMap(({ target, line }) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
      const [file = '', anchor] = decodeURIComponent(target).split('#');
      const path = file === '' ? page.path : file.startsWith('/') ? join(root, file) : resolve(dirname(page.path), file);
      if (!existsSync(path)) return [`${page.name}:${line}: ${target} is not there`];
      const known = byPath.get(path)?.anchors;
      return anchor === undefined || known === undefined || known.has(anchor) ? [] : [`${page.name}:${line}: ${target} names no heading of that file`];
    }),
  );
}

/** The blocks whose fence starts with these words: `ts check`, `ts runnable`, `sh test`. */
export function markedBlocks(pages: readonly NamedPage[], ...words: string[]): MarkedBlock[] {
  return pages.flatMap(({ blocks, name }) =>
    blocks.filter((block) => words.every((word, index) => block.words[index] === word)).map((block) => ({ ...block, place: `${name}:${block.line}` })),
  );
}
