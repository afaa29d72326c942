import { didYouMean } from '../text/nearest.ts';
import { problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { scalarText } from '../yaml/scalar.ts';
import type { Tree } from '../yaml/tree.ts';
import { commandOf, kindsOfVerb, type FileKind, type Verb } from './kind.ts';
import { refusedKinds, type RefusedKind } from './refused-kind.ts';
import { kindBySchema, kindByType } from './schema-names.ts';
import { looksLikeConda, shapes } from './shape.ts';

type AnyKind = FileKind | RefusedKind;

/**
 * What a file is: by `$schema`'s last segment, else by the verb, else by its shape. Kinds that Destino does not read
 * are refused by name, with what to do instead.
 */
export function detectKind(file: SourceFile, tree: Tree, verb?: Verb): { kind: FileKind } | { problem: FormatProblem } {
  if (tree.is !== 'fields') {
    const message = `${file.path} holds ${tree.is === 'list' ? 'a list' : 'one text'}, not fields`;
    return { problem: problemAt(file, tree.span, { code: 'wrong-type', message, hint: 'destino schema job shows the fields of a job' }) };
  }
  const bySchema = schemaKind(file, tree);
  if (bySchema !== undefined && 'problem' in bySchema) return bySchema;
  const kind = bySchema?.kind ?? shapeKind(tree, verb);
  if (typeof kind === 'string' && kind in refusedKinds) return { problem: refusal(file, tree, kind as RefusedKind) };
  if (typeof kind === 'string') return fitsVerb(file, tree, kind as FileKind, verb);
  if (looksLikeConda(tree.fields)) return { problem: condaFile(file, tree) };
  if (verb !== undefined) return { kind: (kind ?? [])[0] ?? (kindsOfVerb[verb][0] as FileKind) };
  const message = kind === undefined ? 'this is no kind of file that Destino knows' : `this could be ${kind.join(' or ')}`;
  return { problem: problemAt(file, firstOf(tree), { code: 'kind-unclear', message, hint: 'add $schema: as its first line, or use the command for it, as destino run FILE' }) };
}

function schemaKind(file: SourceFile, tree: Fields): { kind: AnyKind } | { problem: FormatProblem } | undefined {
  const field = tree.fields.get('$schema')?.value;
  const address = textOf(tree, '$schema')?.trim();
  if (address === undefined || address === '') return undefined;
  const name = (address.split(/[/\\]/).pop() ?? '').replace(/(\.schema)?\.json$/i, '');
  const kind = kindBySchema.get(name.toLowerCase());
  if (kind !== undefined) return { kind };
  const message = `$schema names "${name}", which is no kind that Destino knows${didYouMean(name, kindBySchema.keys())}`;
  return { problem: problemAt(file, field?.span, { path: '$schema', code: 'kind-unclear', message, hint: 'correct or remove the line; without it the command decides' }) };
}

/** One kind, several candidates, or nothing known. The verb settles what a shared `type:` leaves open. */
function shapeKind(tree: Fields, verb: Verb | undefined): AnyKind | FileKind[] | undefined {
  const type = textOf(tree, 'type')?.trim().toLowerCase();
  const wanted = verb === undefined ? undefined : kindsOfVerb[verb];
  const byType = type === undefined ? [] : (kindByType.get(type) ?? []);
  const fit = byType.filter((each) => wanted === undefined || wanted.includes(each as FileKind));
  const byShape = shapes.filter(([, test]) => test(tree.fields)).map(([each]) => each);
  if (fit.length === 1) return fit[0];
  if (fit.length > 1) return byShape.find((each) => fit.includes(each)) ?? (fit as FileKind[]);
  return byType[0] ?? wanted?.find((each) => byShape.includes(each)) ?? byShape[0] ?? (wanted === undefined ? undefined : [...wanted]);
}

function fitsVerb(file: SourceFile, tree: Fields, kind: FileKind, verb: Verb | undefined): { kind: FileKind } | { problem: FormatProblem } {
  if (verb === undefined || kindsOfVerb[verb].includes(kind)) return { kind };
  const message = `this file is ${kind.startsWith('a') || kind.startsWith('e') || kind.startsWith('o') ? 'an' : 'a'} ${kind}, not a ${verb}`;
  const hint = commandOf[kind].replace('FILE', file.path);
  return { problem: problemAt(file, firstOf(tree), { code: 'kind-other', message, hint }) };
}

function refusal(file: SourceFile, tree: Fields, kind: RefusedKind): FormatProblem {
  const [when, name, instead] = refusedKinds[kind];
  const message = when === 'not-yet' ? `${name} cannot be run yet` : `${name} is outside of what Destino does`;
  return problemAt(file, firstOf(tree), { code: `kind-${when}`, message, hint: instead });
}

function condaFile(file: SourceFile, tree: Fields): FormatProblem {
  const message = 'this is a conda file, which says what an environment needs and runs nothing';
  return problemAt(file, firstOf(tree), { code: 'kind-conda', message, hint: 'name it in a job: environment: { image: IMAGE, conda_file: ./FILE }' });
}

type Fields = Tree & { is: 'fields' };

function textOf(tree: Fields, name: string): string | undefined {
  const value = tree.fields.get(name)?.value;
  return value?.is === 'text' ? scalarText(value.scalar) : undefined;
}

/** The `type:` or `$schema:` line, else the first field: what tells the kind. */
function firstOf(tree: Fields): readonly [number, number] | undefined {
  const telling = tree.fields.get('type') ?? tree.fields.get('$schema') ?? tree.fields.values().next().value;
  return telling?.key ?? tree.span;
}
