import type { Token } from './tokens.ts';

/** One place where a file names another module. */
export type ImportPlace = {
  readonly specifier: string;
  readonly line: number;
  /** `static` and `type` are bound when the file loads; `dynamic` only when the code gets there. */
  readonly kind: 'static' | 'type' | 'dynamic';
};

/** Finds static, type-only, re-exporting and dynamic imports, `require` and `import.meta.resolve`. */
export function findImports(tokens: readonly Token[]): ImportPlace[] {
  const places: ImportPlace[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word') continue;
    const previous = tokens[index - 1]?.text;
    if (previous === '.' && token.text !== 'resolve') continue;
    const place = placeAt(tokens, index, token);
    if (place !== undefined) places.push(place);
  }
  return places;
}

function placeAt(tokens: readonly Token[], index: number, token: Token): ImportPlace | undefined {
  const at = (offset: number): Token | undefined => tokens[index + offset];
  const called = at(1)?.text === '(' && at(2)?.kind === 'string' ? at(2) : undefined;
  if (token.text === 'import' || token.text === 'require') {
    if (called !== undefined) return { specifier: called.text, line: token.line, kind: 'dynamic' };
    const bare = token.text === 'import' ? at(1) : undefined;
    if (bare?.kind === 'string') return { specifier: bare.text, line: token.line, kind: 'static' };
  }
  if (token.text === 'resolve' && at(-2)?.text === 'meta' && called !== undefined) {
    return { specifier: called.text, line: token.line, kind: 'dynamic' };
  }
  const source = token.text === 'from' ? at(1) : undefined;
  if (source?.kind !== 'string') return undefined;
  const start = statementStart(tokens, index);
  if (start === undefined) return undefined;
  const isType = tokens[start + 1]?.text === 'type' && start + 1 < index && tokens[start + 2]?.text !== 'from';
  return { specifier: source.text, line: source.line, kind: isType ? 'type' : 'static' };
}

/** The `import` or `export` word that a `from` belongs to; a clause holds words, braces, commas and stars only. */
function statementStart(tokens: readonly Token[], from: number): number | undefined {
  for (let index = from - 1; index >= 0; index -= 1) {
    const token = tokens[index];
    if (token?.text === 'import' || token?.text === 'export') return index;
    const inClause = token?.kind === 'word' || ['{', '}', ',', '*'].includes(token?.text ?? '') || token?.kind === 'string';
    if (!inClause) return undefined;
  }
  return undefined;
}
