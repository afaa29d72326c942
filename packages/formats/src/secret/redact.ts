import type { Json } from '@destino/core/model';
import { fieldPath, type Step } from '../text/field-path.ts';
import { problemAt, type FormatProblem, type Span } from '../text/problem.ts';
import { sourceFile, type SourceFile } from '../text/source-file.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { scalarText } from '../yaml/scalar.ts';
import { treeOf, type Tree } from '../yaml/tree.ts';
import { isLiteralSecret, looksSecret, maskLine, redacted } from './secret-name.ts';

type Found = { path: Step[]; value: Span | undefined; key: Span | undefined };

/** One warning for each literal under a key that looks like a secret. */
export function secretWarnings(file: SourceFile, tree: Tree): FormatProblem[] {
  return secretLiterals(tree, []).map(({ path, key }) => {
    const name = String(path.at(-1)).toLowerCase().replaceAll('_', '-');
    return problemAt(file, key, {
      severity: 'warning',
      code: 'secret-literal',
      path: fieldPath(path),
      message: `${fieldPath(path)} looks like a secret that stands in the file as text`,
      hint: `destino secret set ${name}, and write \${{secrets.${name}}} here`,
    });
  });
}

/**
 * The text of a file with the values of secret-looking keys hidden, comments and layout kept: what may be stored and
 * shown. Beyond the fields each line is looked at as text, for commands and for files that cannot be parsed.
 */
export function redactSource(text: string): string {
  const file = sourceFile('', text);
  const { document } = parseYaml(file);
  const found = document === undefined ? [] : secretLiterals(treeOf(file, document).tree, []);
  const spans = new Map(found.flatMap(({ value }) => (value === undefined ? [] : [[value[0], value[1]] as const])));
  let hidden = text;
  for (const [from, to] of [...spans].sort((a, b) => b[0] - a[0])) {
    const lineBreak = hidden.slice(from, to).endsWith('\n') ? '\n' : '';
    hidden = `${hidden.slice(0, from)}${JSON.stringify(redacted)}${lineBreak}${hidden.slice(to)}`;
  }
  return hidden.split('\n').map(maskLine).join('\n');
}

/** A read value as JSON, with the same values hidden. What JSON has no word for is left out. */
export function redactValue(value: unknown): Json {
  if (Array.isArray(value)) return value.map(redactValue);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(entries.map(([name, inner]) => [name, typeof inner === 'string' && looksSecret(name) && isLiteralSecret(inner) ? redacted : redactValue(inner)]));
}

function secretLiterals(tree: Tree, path: Step[]): Found[] {
  if (tree.is === 'list') return tree.items.flatMap((item, index) => secretLiterals(item, [...path, index]));
  if (tree.is === 'text') return [];
  return [...tree.fields].flatMap(([name, field]): Found[] => {
    const inner = [...path, name];
    if (field.value.is !== 'text') return secretLiterals(field.value, inner);
    const literal = looksSecret(name) && isLiteralSecret(scalarText(field.value.scalar));
    return literal ? [{ path: inner, value: field.value.span, key: field.key ?? field.value.span }] : [];
  });
}
