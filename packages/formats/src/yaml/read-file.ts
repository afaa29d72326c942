import { detectKind } from '../schema/detect-kind.ts';
import { fileSchemas, type FileKind, type FileOf, type Verb } from '../schema/kind.ts';
import { atMost, inOrder, isFine, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import { parseYaml } from './parse-yaml.ts';
import { readValue, type Places } from './read-value.ts';
import { treeOf, type Tree } from './tree.ts';

/** A file read by its schema. `value` is there only when no problem is an error. */
export type ReadFile<Kind extends FileKind = FileKind> = {
  file: SourceFile;
  kind: Kind | undefined;
  value: FileOf<Kind> | undefined;
  tree: Tree | undefined;
  places: Places;
  problems: FormatProblem[];
};

/** Changes a tree before it is read (`--set` and its like), answering what is wrong with the change. */
export type Change = (tree: Tree, file: SourceFile) => FormatProblem[];

/** From text to a checked value of its kind, with all problems in the order of their places. */
export function readYamlFile(file: SourceFile, options: { verb?: Verb | undefined; change?: Change | undefined } = {}): ReadFile {
  const nothing = { file, kind: undefined, value: undefined, tree: undefined, places: new Map() };
  const { document, problems } = parseYaml(file);
  if (document === undefined) return { ...nothing, problems };
  const { tree, problems: treeProblems } = treeOf(file, document);
  const changeProblems = options.change?.(tree, file) ?? [];
  const found = detectKind(file, tree, options.verb);
  if ('problem' in found) return { ...nothing, tree, problems: inOrder([...treeProblems, ...changeProblems, found.problem]) };
  const { value, problems: valueProblems, places } = readValue(file, tree, fileSchemas[found.kind]);
  const all = atMost(file, inOrder([...treeProblems, ...changeProblems, ...valueProblems]));
  return { file, kind: found.kind, value: isFine(all) ? (value as FileOf<FileKind>) : undefined, tree, places, problems: all };
}
