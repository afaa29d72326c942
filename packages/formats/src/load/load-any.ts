import { kindsOfVerb, verbs, type FileKind, type Verb } from '../schema/kind.ts';
import type { FormatProblem } from '../text/problem.ts';
import type { Source } from './file-access.ts';
import { loadComponentFile, loadDataFile, loadEnvironmentFile, loadModelFile } from './load-asset.ts';
import { loadFile, type LoadedFile } from './load-file.ts';
import { loadJobFile } from './load-job.ts';
import { loadDeploymentFile } from './load-online.ts';
import type { LoadOptions } from './load-options.ts';
import { loadTargetFile, type TargetOptions } from './load-target.ts';
import { loadWorkspaceFile } from './load-workspace.ts';

export type LoadedAny = { kind: FileKind | undefined; loaded: LoadedFile; problems: FormatProblem[] };

/** Reads a file of whatever kind it is, with all that its kind's own loader checks: what `destino check FILE` needs. */
export async function loadAnyFile(source: Source, options: TargetOptions = {}): Promise<LoadedAny> {
  const loaded = await loadFile(source, options);
  if (loaded.kind === undefined || loaded.value === undefined) return { kind: loaded.kind, loaded, problems: loaded.problems };
  return { kind: loaded.kind, loaded, problems: await problemsOf(loaded.kind, source, options) };
}

async function problemsOf(kind: FileKind, source: Source, options: TargetOptions): Promise<FormatProblem[]> {
  const verb = verbs.find((each) => kindsOfVerb[each].includes(kind)) ?? 'job';
  return (await loaders[verb](source, { ...options, verb })).problems;
}

const loaders: Record<Verb, (source: Source, options: LoadOptions) => Promise<{ problems: FormatProblem[] }>> = {
  job: loadJobFile,
  component: loadComponentFile,
  environment: loadEnvironmentFile,
  model: loadModelFile,
  data: loadDataFile,
  endpoint: (source, options) => loadFile(source, options),
  deployment: loadDeploymentFile,
  target: loadTargetFile,
  workspace: loadWorkspaceFile,
};
