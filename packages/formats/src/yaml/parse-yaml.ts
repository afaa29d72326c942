import { Composer, Parser, type CST, type Document, type ErrorCode, type YAMLError } from 'yaml';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';

/**
 * Nesting beyond this is refused before composing: the composer is recursive, and a few thousand brackets end the
 * whole process (not even with an exception) in its regular expressions.
 */
const deepest = 100;

export type ParsedYaml = { document: Document | undefined; problems: FormatProblem[] };

/**
 * Text to a document whose scalars are all text: what a value means is decided by the schema of the field it stands
 * in, so that `1.10` stays `1.10`. Every fault of the YAML itself is a problem with its place.
 */
export function parseYaml(file: SourceFile): ParsedYaml {
  const tokens: CST.Token[] = [];
  for (const token of new Parser().parse(file.text)) {
    tokens.push(token);
    const bad = tooDeep(file, token) ?? secondDocument(file, token, tokens);
    if (bad !== undefined) return { document: undefined, problems: [bad] };
  }
  const options = { schema: 'failsafe', version: '1.2', uniqueKeys: false, merge: false, prettyErrors: false, lineCounter: file.lines } as const;
  const [document] = new Composer(options).compose(tokens);
  if (document === undefined || !('contents' in document) || document.contents === null) {
    return { document: undefined, problems: [...problemsOf(file, document), empty(file)].slice(0, 1) };
  }
  const problems = problemsOf(file, document);
  return { document: problems.length === 0 ? document : undefined, problems };
}

function problemsOf(file: SourceFile, document: Document | undefined): FormatProblem[] {
  const found = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  return found.slice(0, 10).map((error) => asProblem(file, error));
}

function asProblem(file: SourceFile, error: YAMLError): FormatProblem {
  const [message, hint] = words[error.code] ?? [error.message, undefined];
  const [from, to] = error.pos;
  return problemAt(file, [from, Math.max(to, from + 1)], { code: 'yaml-syntax', message: message === '' ? error.message : message, hint });
}

const quoteIt = 'put the text in quotes, or below the key after a | or >';
const words: Partial<Record<ErrorCode, readonly [message: string, hint: string]>> = {
  TAB_AS_INDENT: ['a tab indents this line; YAML takes only blanks', 'replace the tab by blanks'],
  BAD_INDENT: ['this line is indented differently from what it belongs to', 'indent all fields of one level by the same number of blanks'],
  BLOCK_AS_IMPLICIT_KEY: ['a text with a colon and a blank stands here without quotes, which makes it a second key on one line', quoteIt],
  BLOCK_IN_FLOW: ['a block stands inside brackets', 'write it with braces, or without the brackets around it'],
  BAD_SCALAR_START: ['a plain text cannot begin with this character', quoteIt],
  MULTILINE_IMPLICIT_KEY: ['this line is neither a key with a colon nor indented as part of the value above', 'add the colon, or indent the line'],
  BAD_ALIAS: ['this refers to an anchor that is not defined above', 'define it with &NAME, or put a text that begins with * in quotes'],
  TAG_RESOLVE_FAILED: ['YAML tags (!name) mean nothing in these files', 'remove the tag, or put the text in quotes'],
  UNEXPECTED_TOKEN: ['this cannot stand here', quoteIt],
};

function empty(file: SourceFile): FormatProblem {
  return problemAt(file, undefined, { code: 'yaml-empty', message: `${file.path} holds nothing`, hint: 'destino schema job shows the fields of a job' });
}

function secondDocument(file: SourceFile, token: CST.Token, tokens: readonly CST.Token[]): FormatProblem | undefined {
  if (token.type !== 'document' || tokens.filter((each) => each.type === 'document').length < 2) return undefined;
  return problemAt(file, [token.offset, token.offset + 3], {
    code: 'yaml-documents',
    message: 'a second document begins here; a file describes one thing',
    hint: 'put each document into a file of its own',
  });
}

/** Without recursion, since that is what deep nesting breaks. */
function tooDeep(file: SourceFile, root: CST.Token): FormatProblem | undefined {
  const open: { token: CST.Token; depth: number }[] = [{ token: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > deepest) {
      const message = `the nesting is deeper than ${deepest} levels here`;
      return problemAt(file, [token.offset, token.offset + 1], { code: 'yaml-too-deep', message });
    }
    if ('value' in token && typeof token.value === 'object') open.push({ token: token.value, depth });
    for (const item of 'items' in token ? token.items : []) {
      if (item.key != null) open.push({ token: item.key, depth: depth + 1 });
      if (item.value !== undefined) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}
