import { fieldPath, type Step } from '../text/field-path.ts';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { isPlain, scalarText } from '../yaml/scalar.ts';
import type { Tree } from '../yaml/tree.ts';

/** Fields in which `<x>` is text like any other. */
const freeText = new Set(['command', 'description', 'display_name']);
/** Maps whose values are the user's own text, which may well hold a part that looks like a placeholder. */
const ownText = new Set(['environment_variables', 'tags', 'properties', 'inputs']);

/**
 * Examples come with `<ENDPOINT_NAME>` for the reader to fill in, which is legal YAML and would end as a folder that
 * does not exist or a bad name. A whole value of this form is an error that says so, and stands instead of what else
 * was found at that place; inside a longer value of the user's own it is a warning.
 */
export function withPlaceholders(file: SourceFile, tree: Tree, problems: readonly FormatProblem[]): FormatProblem[] {
  const found = placeholders(file, tree, []);
  const paths = new Set(found.map((each) => each.path));
  return [...problems.filter((each) => !paths.has(each.path)), ...found];
}

function placeholders(file: SourceFile, tree: Tree, path: Step[]): FormatProblem[] {
  if (tree.is === 'list') return tree.items.flatMap((item, index) => placeholders(file, item, [...path, index]));
  if (tree.is === 'fields') return [...tree.fields].flatMap(([name, field]) => (freeText.has(name) ? [] : placeholders(file, field.value, [...path, name])));
  const text = scalarText(tree.scalar).trim();
  const whole = isPlain(tree.scalar) || tree.scalar.type !== 'BLOCK_LITERAL' ? /^<[A-Za-z][\w .-]*>$/.test(text) : false;
  const names = text.match(whole ? /<[^>]*>/g : /<[A-Z][A-Z0-9_-]+>/g);
  if (names === null) return [];
  const severity = whole || !ownText.has(String(path[0])) ? 'error' : 'warning';
  const at = fieldPath(path);
  const distinct = [...new Set(names)];
  const message = `${at} is not filled in: ${distinct.join(', ')} ${distinct.length > 1 ? 'stand for values' : 'stands for a value'} of yours`;
  return [problemAt(file, tree.span, { severity, code: 'placeholder', path: at, message, hint: `write it into the file, or --set '${at}=VALUE'` })];
}
