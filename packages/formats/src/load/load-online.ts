import type { SecretReference } from '@destino/core/model';
import { parseReference, targetName } from '../environment/asset-reference.ts';
import type { EnvironmentWish } from '../environment/plan.ts';
import { cores, memoryBytes } from '../resource/amount.ts';
import { parseInstanceType } from '../resource/instance-type.ts';
import type { ModelFile } from '../schema/asset.ts';
import type { InlineEnvironment } from '../schema/environment.ts';
import type { OnlineDeploymentFile, OnlineEndpointFile } from '../schema/online.ts';
import { inOrder, isFine, problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Places } from '../yaml/read-value.ts';
import { diskAccess, type Source } from './file-access.ts';
import { jobVariables } from './job-command.ts';
import { modelPath } from './load-asset.ts';
import { wishOf } from './load-environment.ts';
import { loadKind } from './load-file.ts';
import type { LoadOptions } from './load-options.ts';
import { localPath, type Surroundings } from './local-path.ts';

/** `model:` of a deployment: one of the workspace, or one whose files the deployment names. */
export type ModelSource =
  | { from: 'workspace'; name: string; version?: string; label?: string }
  | { from: 'path'; path: string; name?: string; version?: string; type: NonNullable<ModelFile['type']> }
  | { from: 'uri'; uri: string; name?: string; version?: string; type: NonNullable<ModelFile['type']> };

/** A deployment file read whole, with everything that it refers to on this machine. */
export type ParsedDeployment = {
  file: SourceFile;
  value: OnlineDeploymentFile;
  places: Places;
  storedText: string;
  model: ModelSource | undefined;
  /** The folder of the entry script, and the script relative to it. */
  code: { folder: string; entryScript: string } | undefined;
  environment: EnvironmentWish | undefined;
  /** Where a container with a server of its own answers. */
  inference: InlineEnvironment['inference_config'];
  variables: Record<string, string>;
  secrets: Record<string, SecretReference>;
};

export async function loadDeploymentFile(source: Source, options: LoadOptions = {}): Promise<{ deployment: ParsedDeployment | undefined; problems: FormatProblem[] }> {
  const loaded = await loadKind<'online-deployment'>(source, 'deployment', options);
  const { file, value, places } = loaded;
  if (value === undefined || file === undefined) return { deployment: undefined, problems: loaded.problems };
  const around: Surroundings = { file, places, files: options.files ?? diskAccess };
  const model = await modelOf(around, value);
  const code = await codeOf(around, value);
  const environment = value.environment === undefined ? { wish: undefined, inference: undefined, problems: [] } : await wishOf(around, value.environment, 'environment');
  const variables = jobVariables(around, value.environment_variables ?? {}, options.secrets);
  const own = [model, code, environment, variables].flatMap((part) => part.problems);
  const problems = inOrder([...loaded.problems, ...own, ...sizeProblems(around, value), ...missingParts(around, value)]);
  const deployment = { file, value, places, storedText: loaded.storedText, model: model.model, code: code.code, environment: environment.wish, inference: environment.inference, variables: variables.variables, secrets: variables.secrets };
  return { deployment: isFine(problems) ? deployment : undefined, problems };
}

/** An endpoint needs nothing but itself. `target` is the Kubernetes target that it names. */
export async function loadEndpointFile(source: Source, options: LoadOptions = {}): Promise<{ endpoint: (OnlineEndpointFile & { target?: string }) | undefined; problems: FormatProblem[] }> {
  const { value, problems } = await loadKind<'online-endpoint'>(source, 'endpoint', options);
  return { endpoint: value === undefined ? undefined : { ...value, ...(value.compute !== undefined && { target: targetName(value.compute) }) }, problems };
}

async function modelOf(around: Surroundings, { model }: OnlineDeploymentFile): Promise<{ model: ModelSource | undefined; problems: FormatProblem[] }> {
  if (model === undefined) return { model: undefined, problems: [] };
  if (typeof model === 'string') {
    const reference = parseReference(model);
    if (reference.form === 'asset') return { model: { from: 'workspace', name: reference.name, ...(reference.version !== undefined && { version: reference.version }), ...(reference.label !== undefined && { label: reference.label }) }, problems: [] };
    if (reference.form === 'path' && !/\.ya?ml$/i.test(reference.path)) return modelPath(around, { path: model }, 'model');
    if (reference.form !== 'path') return { model: { from: 'uri', uri: model, type: 'custom_model' }, problems: [] };
    const found = await localPath(around, reference.path, 'model', 'file');
    if (found.problems.length > 0) return { model: undefined, problems: found.problems };
    const loaded = await loadKind<'model'>(found.path, 'model', { files: around.files });
    if (loaded.value === undefined || loaded.file === undefined) return { model: undefined, problems: loaded.problems };
    return modelPath({ ...around, file: loaded.file, places: loaded.places }, loaded.value, 'path');
  }
  return modelPath(around, model, 'model.path');
}

async function codeOf(around: Surroundings, value: OnlineDeploymentFile): Promise<{ code: ParsedDeployment['code']; problems: FormatProblem[] }> {
  const written = value.code_configuration;
  if (written === undefined) return { code: undefined, problems: [] };
  const folder = await localPath(around, written.code, 'code_configuration.code', 'folder');
  if (folder.kind !== 'folder') return { code: undefined, problems: folder.problems };
  return { code: { folder: folder.path, entryScript: written.scoring_script }, problems: folder.problems };
}

/** A model of Azure's own formats and a container with a server need no code; anything else does. */
function missingParts(around: Surroundings, value: OnlineDeploymentFile): FormatProblem[] {
  const { model, environment, code_configuration: code } = value;
  if (model !== undefined || code !== undefined || environment !== undefined) return [];
  const at = around.places.get('name') ?? around.places.get('');
  return [problemAt(around.file, at, { code: 'missing-field', message: 'a deployment needs a model, a code_configuration or an environment', hint: 'model: azureml:NAME:VERSION' })];
}

function sizeProblems(around: Surroundings, value: OnlineDeploymentFile): FormatProblem[] {
  const at = (path: string, message: string, hint: string): FormatProblem => problemAt(around.file, around.places.get(path), { path, code: 'resource', message, hint });
  const problems: FormatProblem[] = [];
  const type = value.instance_type === undefined ? undefined : parseInstanceType(value.instance_type);
  if (type !== undefined && 'problem' in type) problems.push(at('instance_type', type.problem, 'a VM size, cpu=2,memory=4Gi, or the name of a type'));
  for (const part of ['requests', 'limits'] as const) {
    const { cpu, memory } = value.resources?.[part] ?? {};
    if (cpu !== undefined && cores(cpu) === undefined) problems.push(at(`resources.${part}.cpu`, `"${cpu}" is no number of cores`, 'as 0.5 or 500m'));
    if (memory !== undefined && memoryBytes(memory) === undefined) problems.push(at(`resources.${part}.memory`, `"${memory}" is no amount of memory`, 'as 200Mi or 2Gi'));
  }
  return problems;
}
