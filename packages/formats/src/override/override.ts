import { fieldPath, parseFieldPath, type Step } from '../text/field-path.ts';
import { didYouMean } from '../text/nearest.ts';
import { problem, type FormatProblem } from '../text/problem.ts';
import { sourceFile } from '../text/source-file.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';
import { textScalar } from '../yaml/scalar.ts';
import { treeOf, type Tree } from '../yaml/tree.ts';

type Settle = { problem: string; hint?: string | undefined } | undefined;

/**
 * Applies `--set PATH=VALUE` to a tree. The value has no type of its own: the schema of the field decides, as for
 * text in the file. `PATH=null` removes the field; a value that begins with `{`, `[` or a quote is YAML; an index may
 * be one past the end of a list.
 */
export function applySet(tree: Tree, setting: string): FormatProblem[] {
  const equals = setting.search(/(?<!\\)=/);
  const path = equals === -1 ? undefined : parseFieldPath(setting.slice(0, equals).trim());
  if (path === undefined) return [refuse(`--set ${setting}`, '', 'is not PATH=VALUE', 'write it as --set resources.instance_count=2')];
  const value = valueOf(setting.slice(equals + 1));
  if (value === 'unreadable') return [refuse(`--set ${setting}`, fieldPath(path), 'has a value that is no YAML', 'put it into single quotes of the shell')];
  const settled = settle(tree, path, [], value);
  return settled === undefined ? [] : [refuse(`--set ${setting}`, fieldPath(path), settled.problem, settled.hint)];
}

/**
 * Applies `--input NAME=VALUE`: the path of an input that is data, the default of a declared one, else the literal.
 * `resolvePath` makes a path of the command line absolute, since paths in a file are meant from that file's folder.
 */
export function applyInput(tree: Tree, name: string, value: string, resolvePath: (path: string) => string): FormatProblem[] {
  const inputs = tree.is === 'fields' ? tree.fields.get('inputs')?.value : undefined;
  const known = inputs?.is === 'fields' ? [...inputs.fields.keys()] : [];
  const input = inputs?.is === 'fields' ? inputs.fields.get(name) : undefined;
  if (input === undefined) return [refuse(`--input ${name}`, `inputs.${name}`, `names no input of the job${didYouMean(name, known)}`, known.length > 0 ? `inputs: ${known.join(', ')}` : undefined)];
  if (input.value.is !== 'fields') {
    input.value = textTree(value);
    return [];
  }
  const type = input.value.fields.get('type')?.value;
  const isLiteral = type?.is === 'text' && ['string', 'number', 'integer', 'boolean'].includes(String(type.scalar.value).toLowerCase());
  input.value.fields.set(isLiteral ? 'value' : 'path', { value: textTree(isLiteral ? value : resolvePath(value)), key: undefined });
  return [];
}

function settle(tree: Tree, path: Step[], done: Step[], value: Tree | 'remove'): Settle {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  const here = [...done, step];
  if (tree.is === 'list') return settleItem(tree, step, rest, here, value);
  if (tree.is === 'text') return { problem: `cannot go into ${fieldPath(done) || 'the file'}, which is text`, hint: `set the whole: --set '${fieldPath(done)}={…}'` };
  const name = String(step);
  if (rest.length === 0) {
    if (value === 'remove') tree.fields.delete(name);
    else tree.fields.set(name, { value, key: undefined });
    return undefined;
  }
  const next = tree.fields.get(name)?.value;
  const inner = next === undefined || isEmpty(next) ? { is: typeof rest[0] === 'number' ? 'list' : 'fields', items: [], fields: new Map(), span: undefined } as Tree : next;
  if (inner !== next) tree.fields.set(name, { value: inner, key: undefined });
  return settle(inner, rest, here, value);
}

function settleItem(tree: Tree & { is: 'list' }, step: Step, rest: Step[], here: Step[], value: Tree | 'remove'): Settle {
  const index = Number(step);
  const last = value === 'remove' || rest.length > 0 ? tree.items.length - 1 : tree.items.length;
  if (!Number.isInteger(index) || index < 0 || index > last) return { problem: `has no place ${fieldPath(here)}: the list has ${tree.items.length} entries`, hint: `the first is ${fieldPath([...here.slice(0, -1), 0])}` };
  const item = tree.items[index];
  if (rest.length > 0 && item !== undefined) return settle(item, rest, here, value);
  if (value === 'remove') tree.items.splice(index, 1);
  else tree.items[index] = value;
  return undefined;
}

function valueOf(text: string): Tree | 'remove' | 'unreadable' {
  if (text === 'null') return 'remove';
  if (!/^[[{"']/.test(text)) return textTree(text);
  const file = sourceFile('--set', text);
  const { document } = parseYaml(file);
  if (document === undefined) return 'unreadable';
  const { tree, problems } = treeOf(file, document);
  return problems.length > 0 ? 'unreadable' : withoutPlaces(tree);
}

/** A plain text: empty ones are quoted, so that they stay empty text and not nothing. */
function textTree(text: string): Tree {
  return { is: 'text', scalar: textScalar(text), span: undefined };
}

/** Places inside a value of the command line mean nothing in the file. */
function withoutPlaces(tree: Tree): Tree {
  if (tree.is === 'text') return { ...tree, span: undefined };
  if (tree.is === 'list') return { is: 'list', items: tree.items.map(withoutPlaces), span: undefined };
  const fields = [...tree.fields].map(([name, field]) => [name, { value: withoutPlaces(field.value), key: undefined }] as const);
  return { is: 'fields', fields: new Map(fields), span: undefined };
}

function isEmpty(tree: Tree): boolean {
  return tree.is === 'text' && (tree.scalar.source ?? '') === '';
}

function refuse(what: string, path: string, message: string, hint?: string): FormatProblem {
  return problem({ code: 'override', path, message: `${what} ${message}`, hint });
}
