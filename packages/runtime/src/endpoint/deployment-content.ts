import type { Engine, Lineage, Model } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import { DestinoError } from '@destino/core/errors';
import { serviceSpecSchema, type Environment, type Problem, type ServiceSpecInput } from '@destino/core/model';
import { readManifest } from '@destino/core/snapshot';
import { checkFates, isFine, loadDeploymentFile, lowerDeployment, planEnvironment, type Candidate, type EnvironmentWish, type FormatProblem, type ModelSource, type ParsedDeployment } from '@destino/formats';
import type { DriverRegistry } from '../drivers/driver-registry.ts';
import { freshProbe } from '../job/choose-environment.ts';
import { problemLine } from '../job/file-request.ts';
import { takeSnapshot } from '../job/take-snapshot.ts';
import { contentOfOutput, contentOfPath } from '../model/model-content.ts';
import { originOfUri, type Models } from '../model/models.ts';
import type { Places } from '../workspace/places.ts';
import { fileRefused, resolveTargets, type Settings } from '../workspace/settings.ts';
import type { DeployInput } from './deploy-input.ts';
import { targetProbeSchema } from '@destino/core/model';

export type ContentParts = { engine: Engine; blobs: BlobStore; places: Places; drivers: DriverRegistry; settings: Settings; models: Models; secretNames: readonly string[] };
type ServiceContent = Omit<ServiceSpecInput, 'name' | 'revision'>;
export type Decided = { target: string; spec: ServiceContent; notes: string[]; endpoint?: string | undefined; name?: string | undefined; model?: { name: string; version: string } };

/** Reads a deployment file, or puts a model and its entry script together, and decides what is left open. */
export async function decideContent(input: DeployInput, parts: ContentParts): Promise<Decided> {
  const [target = ''] = resolveTargets([input.target ?? parts.settings.defaultTarget.value], parts.settings.aliases);
  return input.file === undefined ? await ofModel(input, target, parts) : await ofFile(input, input.file, target, parts);
}

async function ofFile(input: DeployInput, file: string, target: string, parts: ContentParts): Promise<Decided> {
  const { deployment, problems } = await loadDeploymentFile(file, { set: input.set ?? [], variables: input.variables ?? {}, currentFolder: process.cwd(), secrets: new Set(parts.secretNames) });
  if (deployment === undefined) throw fileRefused(file, problems);
  const { kind } = await parts.engine.targets.get(target);
  const fates = checkFates({ kind: 'online-deployment', value: deployment.value, file: deployment.file, places: deployment.places }, kind);
  if (!isFine(fates.problems)) throw fileRefused(file, fates.problems);
  const notes = [...problems.map(problemLine), ...fates.notes.map(({ fate, message }) => `${fate}: ${message}`)];
  const model = input.model !== undefined ? modelOf(await parts.models.get(input.model)) : deployment.model === undefined ? undefined : await materialised(deployment.model, parts);
  const code = deployment.code === undefined ? undefined : await takeSnapshot(deployment.code.folder, parts);
  if (code !== undefined) notes.push(...code.notes);
  const lower = (environment: Environment): ServiceContent => {
    const { spec, problems: refusals } = lowerDeployment(deployment, { name: 'x', revision: 1, environment, snapshot: code?.snapshot, ...(model !== undefined && { model }) });
    if (spec === undefined) throw fileRefused(file, refusals);
    const { name: _name, revision: _revision, ...content } = spec;
    return input.copies === undefined ? content : { ...content, copies: { min: input.copies, max: Math.max(input.copies, content.copies?.max ?? 1) } };
  };
  const { environment, words } = await chooseEnvironment(deployment.environment ?? { kind: 'host' }, lower, target, input, parts, deployment);
  if (deployment.environment !== undefined) notes.push(`environment: ${words}`);
  return { target, spec: lower(environment), notes, endpoint: deployment.value.endpoint_name, name: deployment.value.name, ...(model !== undefined && { model: { name: model.name, version: model.version } }) };
}

type ServedModel = NonNullable<ServiceSpecInput['model']>;

function modelOf({ snapshot, name, version }: Model): ServedModel {
  return { snapshot, name, version };
}

/** A model that only this deployment names is content of the workspace without being registered. */
async function materialised(source: ModelSource, { models, blobs, engine }: ContentParts): Promise<ServedModel> {
  if (source.from === 'workspace') return modelOf(await models.get(source));
  if (source.from === 'path') {
    const { snapshot } = await contentOfPath(source.path, blobs);
    return { snapshot, name: source.name ?? 'inline', version: source.version ?? snapshot.slice(0, 12) };
  }
  const origin = await originOfUri(source.uri);
  if ('path' in origin) throw new DestinoError('internal', `${source.uri} is no path`);
  const job = await engine.job(origin.job);
  if (job === undefined) throw new DestinoError('not-found', `there is no job '${origin.job}'`, { scope: origin.job, hint: 'see which there are: destino job list' });
  const { snapshot } = await contentOfOutput(job, origin.output, origin.below ?? '', { engine, blobs });
  return { snapshot, name: source.name ?? origin.output, version: source.version ?? snapshot.slice(0, 12) };
}

async function ofModel(input: DeployInput, target: string, parts: ContentParts): Promise<Decided> {
  if (input.model === undefined) throw new DestinoError('config-invalid', 'there is nothing to deploy', { hint: 'destino deploy deployment.yml, or destino deploy MODEL --code FOLDER --script score.py' });
  const model = await parts.models.get(input.model);
  const { snapshot, notes } = await codeOf(input, model.lineage, parts);
  const entryScript = input.script ?? (await entryScriptIn(snapshot, model, parts.blobs));
  const copies = input.copies ?? 1;
  const content = (environment: Environment): ServiceContent => ({ server: { kind: 'script', snapshot, entryScript }, environment, model: modelOf(model), copies: { min: copies, max: copies } });
  const wanted = input.environment === undefined ? (model.lineage.environment ?? { kind: 'host' as const }) : undefined;
  const environment = wanted ?? (await chooseEnvironment({ kind: 'host' }, content, target, input, parts)).environment;
  if (wanted !== undefined && wanted.kind !== 'host') notes.push(`environment: the one of job ${model.lineage.job ?? ''}, ${wanted.kind}`);
  return { target, spec: content(environment), notes, model: { name: model.name, version: model.version } };
}

async function codeOf({ code }: DeployInput, lineage: Lineage, parts: ContentParts): Promise<{ snapshot: string; notes: string[] }> {
  if (code !== undefined) return await takeSnapshot((await import('node:path')).resolve(code), parts);
  if (lineage.snapshot !== undefined) return { snapshot: lineage.snapshot, notes: [`code: what job ${lineage.job ?? ''} ran`] };
  throw new DestinoError('config-invalid', 'nothing says how to serve this model', { hint: 'name the folder of its entry script: --code FOLDER --script score.py' });
}

const scripts = ['score.py', 'score.mjs', 'score.js', 'score.ts', 'score.mts', 'score.cjs'];

async function entryScriptIn(snapshot: string, { name }: Model, blobs: BlobStore): Promise<string> {
  const paths = new Set((await readManifest(blobs, snapshot)).entries.map(({ path }) => path));
  const found = scripts.filter((script) => paths.has(script));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  const message = found.length === 0 ? `the code has none of ${scripts.slice(0, 4).join(', ')}, so nothing says how to serve ${name}` : `the code has several entry scripts: ${found.join(', ')}`;
  throw new DestinoError('config-invalid', message, { hint: 'name the entry script: --script score.py, and its folder: --code FOLDER' });
}

/** The first way to realise the environment that the target can take. */
async function chooseEnvironment(wish: EnvironmentWish, content: (environment: Environment) => ServiceContent, target: string, input: DeployInput, parts: ContentParts, file?: ParsedDeployment): Promise<{ environment: Environment; words: string }> {
  const substitutes = Object.fromEntries(Object.entries(parts.settings.environments).map(([name, { value }]) => [name, value]));
  const plan = planEnvironment(wish, { substitutes, force: input.environment, relaxed: input.environmentRelaxed === true });
  const reasons: FormatProblem[] = [];
  for (const candidate of plan.candidates) {
    const problems = await candidateProblems(candidate, content, target, parts);
    if ('environment' in candidate && problems.length === 0) return { environment: candidate.environment, words: candidate.words };
    reasons.push(...problems.map((problem) => ({ ...problem, message: `${candidate.words}: ${problem.message}` })));
  }
  const path = input.file ?? file?.file.path ?? 'the deployment';
  throw fileRefused(path, reasons.length > 0 ? reasons : [{ ...plan.refusal, file: path }]);
}

async function candidateProblems(candidate: Candidate, content: (environment: Environment) => ServiceContent, target: string, { engine, drivers }: ContentParts): Promise<Problem[]> {
  const own = candidate.problems.filter(({ severity }) => severity === 'error');
  if (own.length > 0 || !('environment' in candidate) || candidate.environment.kind === 'host') return own;
  const { kind, config, attributes } = await engine.targets.get(target);
  const driver = drivers.get(kind);
  if (driver === undefined) return [];
  const probe = (kind === 'local' ? await freshProbe(engine, target, attributes['probe']) : undefined) ?? targetProbeSchema.safeParse(attributes['probe']).data;
  const service = serviceSpecSchema.parse({ ...content(candidate.environment), name: 'check', revision: 1 });
  return driver.check({ service }, driver.configSchema.parse(config) as never, probe).filter(({ severity, path }) => severity === 'error' && path.startsWith('environment'));
}
