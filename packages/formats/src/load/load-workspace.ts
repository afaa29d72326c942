import { dirname, join, resolve } from 'node:path';
import type { Json } from '@destino/core/model';
import { isFine, inOrder, type FormatProblem } from '../text/problem.ts';
import type { WorkspaceFile } from '../schema/workspace.ts';
import type { SourceFile } from '../text/source-file.ts';
import { scalarText } from '../yaml/scalar.ts';
import type { Tree } from '../yaml/tree.ts';
import { diskAccess, type FileAccess, type Source } from './file-access.ts';
import { loadKind } from './load-file.ts';
import { driverConfig, type TargetDescription, type TargetOptions } from './load-target.ts';

/** A workspace file, its folder, and its targets with their config read by their drivers' schemas. */
export type LoadedWorkspace = {
  path: string;
  folder: string;
  value: WorkspaceFile | undefined;
  targets: Record<string, TargetDescription>;
  storedText: string;
  problems: FormatProblem[];
};

export const workspaceFileNames = ['destino.yaml', 'destino.yml'] as const;

/** The `destino.yaml` that holds for a folder: in it or above it, up to the root. Undefined where there is none. */
export async function findWorkspaceFile(folder: string, files: FileAccess = diskAccess): Promise<string | undefined> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    for (const name of workspaceFileNames) {
      const path = join(at, name);
      if ((await files.kindOf(path)) === 'file') return path;
    }
    if (dirname(at) === at) return undefined;
  }
}

/** Reads `destino.yaml`. */
export async function loadWorkspaceFile(source: Source, options: TargetOptions = {}): Promise<LoadedWorkspace> {
  const path = typeof source === 'string' ? source : source.path;
  const loaded = await loadKind<'workspace'>(source, 'workspace', options);
  const { value, file, tree, kind } = loaded;
  const nothing = { path, folder: dirname(path), value: undefined, targets: {}, storedText: loaded.storedText };
  if (kind === undefined || file === undefined || tree === undefined) return { ...nothing, problems: loaded.problems };
  const configs = configsOf(file, tree, options);
  const problems = inOrder([...loaded.problems, ...configs.problems]);
  if (value === undefined || !isFine(problems)) return { ...nothing, problems };
  const targets = Object.entries(value.targets ?? {}).map(([name, { kind: driver, tags = {}, auto_start: autoStart = false, description }]) => {
    const target: TargetDescription = { name, kind: driver, config: configs.byName.get(name) ?? {}, tags, autoStart, ...(description !== undefined && { description }) };
    return [name, target] as const;
  });
  return { ...nothing, value, targets: Object.fromEntries(targets), problems };
}

/** The config of every target whose kind can be told, also when something else in the file is wrong. */
function configsOf(file: SourceFile, tree: Tree, options: TargetOptions): { byName: Map<string, Record<string, Json>>; problems: FormatProblem[] } {
  const targets = tree.is === 'fields' ? tree.fields.get('targets')?.value : undefined;
  const byName = new Map<string, Record<string, Json>>();
  const problems: FormatProblem[] = [];
  for (const [name, { value }] of targets?.is === 'fields' ? targets.fields : []) {
    const kind = value.is === 'fields' ? value.fields.get('kind')?.value : undefined;
    if (kind?.is !== 'text') continue;
    const read = driverConfig(file, tree, scalarText(kind.scalar), ['targets', name], options);
    byName.set(name, read.config);
    problems.push(...read.problems);
  }
  return { byName, problems };
}
