/** A fenced block: its words after the fence (`ts`, `check`), its text and the line of its opening fence. */
export type Block = { readonly words: readonly string[]; readonly text: string; readonly line: number };

type Link = { readonly target: string; readonly line: number };

/** The parts of a Markdown file that can be wrong without anybody seeing it. */
export type Page = { readonly blocks: readonly Block[]; readonly links: readonly Link[]; readonly anchors: ReadonlySet<string> };

const inlineLink = /\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const definedLink = /^\[[^\]]+\]:\s+(\S+)/;

/** Reads fenced blocks, links outside of code, and the anchors of headings as GitHub makes them. */
export function readPage(markdown: string): Page {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let open: { fence: string; words: string[]; lines: string[]; line: number } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    if (open !== undefined) {
      if (fence?.[2]?.trim() === '' && fence[1]?.startsWith(open.fence) === true) {
        blocks.push({ words: open.words, text: `${open.lines.join('\n')}\n`, line: open.line });
        open = undefined;
      } else open.lines.push(line);
    } else if (fence !== null) {
      open = { fence: fence[1] ?? '', words: (fence[2] ?? '').trim().split(/\s+/), lines: [], line: index + 1 };
    } else {
      readLine(line, index + 1, links, anchors);
    }
  }
  return { blocks, links, anchors };
}

function readLine(line: string, number: number, links: Link[], anchors: Set<string>): void {
  const heading = /^#{1,6}\s+(.+?)\s*#*$/.exec(line)?.[1];
  if (heading !== undefined) anchors.add(unused(anchorOf(heading), anchors));
  for (const [, id] of line.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) if (id !== undefined) anchors.add(id);
  const prose = line.replaceAll(/`[^`]*`/g, '');
  for (const [, target] of prose.matchAll(inlineLink)) if (target !== undefined) links.push({ target, line: number });
  const defined = definedLink.exec(prose)?.[1];
  if (defined !== undefined) links.push({ target: defined, line: number });
}

function anchorOf(heading: string): string {
  const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
}

/** A second heading of the same words gets `-1`, as on GitHub. */
function unused(anchor: string, anchors: ReadonlySet<string>): string {
  let result = anchor;
  for (let count = 1; anchors.has(result); count += 1) result = `${anchor}-${count}`;
  return result;
}
