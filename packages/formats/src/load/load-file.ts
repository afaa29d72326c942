import { resolve } from 'node:path';
import { applyInput, applySet } from '../override/override.ts';
import { fillTemplate } from '../expression/template.ts';
import { redactSource, secretWarnings } from '../secret/redact.ts';
import type { FileKind, FileOf, Verb } from '../schema/kind.ts';
import { inOrder, isFine, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { readYamlFile } from '../yaml/read-file.ts';
import type { Places } from '../yaml/read-value.ts';
import type { Tree } from '../yaml/tree.ts';
import { diskAccess, readSource, type Source } from './file-access.ts';
import type { LoadOptions } from './load-options.ts';
import { withPlaceholders } from './placeholder.ts';

/** A file read and checked as far as it can be by itself. `value` is there when no problem is an error. */
export type LoadedFile<Kind extends FileKind = FileKind> = {
  kind: Kind | undefined;
  value: FileOf<Kind> | undefined;
  file: SourceFile | undefined;
  tree: Tree | undefined;
  places: Places;
  /** The text with literal secrets hidden: what may be stored. */
  storedText: string;
  problems: FormatProblem[];
};

/** Reads a file of any kind, templates filled and overrides applied. Answers problems, never throws. */
export async function loadFile(source: Source, options: LoadOptions = {}): Promise<LoadedFile> {
  const nothing = { kind: undefined, value: undefined, file: undefined, tree: undefined, places: new Map(), storedText: '' };
  const found = await readSource(source, options.files ?? diskAccess);
  if ('problem' in found) return { ...nothing, problems: [found.problem] };
  const filled = fillTemplate(found.file, options.variables ?? {});
  const storedText = redactSource(filled.file.text);
  if (!isFine(filled.problems)) return { ...nothing, file: filled.file, storedText, problems: filled.problems };
  const read = readYamlFile(filled.file, { verb: options.verb, change: (tree) => change(tree, options) });
  const problems = read.tree === undefined ? read.problems : [...withPlaceholders(filled.file, read.tree, read.problems), ...secretWarnings(filled.file, read.tree)];
  return { ...read, value: isFine(problems) ? read.value : undefined, storedText, problems: inOrder(problems) };
}

/** The same for a file that must be of one of the verb's kinds; another kind is a problem, and no value. */
export async function loadKind<Kind extends FileKind>(source: Source, verb: Verb, options: LoadOptions = {}): Promise<LoadedFile<Kind>> {
  return (await loadFile(source, { ...options, verb })) as LoadedFile<Kind>;
}

function change(tree: Tree, options: LoadOptions): FormatProblem[] {
  const { currentFolder } = options;
  const absolute = (path: string): string => (currentFolder === undefined || /^[a-z][a-z0-9+.-]+:/i.test(path) ? path : resolve(currentFolder, path));
  const settings = (options.set ?? []).flatMap((setting) => applySet(tree, setting));
  return [...settings, ...Object.entries(options.inputs ?? {}).flatMap(([name, value]) => applyInput(tree, name, value, absolute))];
}
