import { LineCounter } from 'yaml';
import { maskLine } from '../secret/secret-name.ts';

/** One file as it was read: its path as shown to the user, and its text without a byte-order mark. */
export type SourceFile = {
  /** As the user named it; relative references resolve from its folder. */
  path: string;
  text: string;
  lines: LineCounter;
};

/** A place in a file: 1-based line and column, and the text it stands in with a caret line below. */
export type Place = { line: number; column: number; excerpt: string };

const widestExcerpt = 160;

/** The file with its line starts known, so that places can be told before and after parsing. */
export function sourceFile(path: string, text: string): SourceFile {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return { path, text, lines };
}

/** Where `offset` is, with `length` characters marked (at most to the end of the line). */
export function placeAt(file: SourceFile, offset: number, length = 1): Place {
  const inside = Math.max(0, Math.min(offset, file.text.length));
  const { line, col } = file.lines.linePos(inside);
  const start = file.lines.lineStarts[line - 1] ?? 0;
  const end = file.text.indexOf('\n', start);
  const whole = file.text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
  return { line, column: col, excerpt: excerpt(whole, col - 1, length) };
}

/** One line with carets below; a long line is cut around the place. Tabs stay tabs, so that the caret lines up. */
function excerpt(line: string, at: number, length: number): string {
  const whole = maskLine(line);
  const from = whole.length > widestExcerpt && at > widestExcerpt / 2 ? at - widestExcerpt / 2 : 0;
  const shown = printable(whole.slice(from, from + widestExcerpt));
  const before = shown.slice(0, at - from).replace(/[^\t]/g, ' ');
  const carets = Math.max(1, Math.min(length, shown.length - (at - from)));
  return `${shown}\n${before}${'^'.repeat(carets)}`;
}

/** Control characters could move a terminal's cursor; each is shown as one replacement character. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '\uFFFD');
}
