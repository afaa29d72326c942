import { dirname, join, resolve } from 'node:path';
import { isFine, inOrder, type FormatProblem } from '../text/problem.ts';
import type { WorkspaceFile } from '../schema/workspace.ts';
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
  const { value, file, tree } = loaded;
  const nothing = { path, folder: dirname(path), value: undefined, targets: {}, storedText: loaded.storedText };
  if (value === undefined || file === undefined || tree === undefined) return { ...nothing, problems: loaded.problems };
  const targets: Record<string, TargetDescription> = {};
  const problems = [...loaded.problems];
  for (const [name, target] of Object.entries(value.targets ?? {})) {
    const read = driverConfig(file, tree, target.kind, ['targets', name], options);
    problems.push(...read.problems);
    targets[name] = { name, kind: target.kind, config: read.config, tags: target.tags ?? {}, autoStart: target.auto_start ?? false, ...(target.description !== undefined && { description: target.description }) };
  }
  if (!isFine(problems)) return { ...nothing, problems: inOrder(problems) };
  return { ...nothing, value, targets, problems: inOrder(problems) };
}
