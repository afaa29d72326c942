import { isAbsolute, join, resolve } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { jobRequestSchema, type Engine, type Job, type Lineage, type Model, type ModelReference, type NewModel } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import { DestinoError } from '@destino/core/errors';
import { materialise } from '@destino/core/snapshot';
import type { StateStore } from '@destino/core/store';
import type { ModelContent } from './model-content.ts';

/** Where a new version's files come from: a file or folder here, or an output of a job. */
export type ModelOrigin = { path: string } | { job: string; output: string; below?: string };
export type RegisterModel = Omit<NewModel, 'snapshot' | 'files' | 'sizeBytes' | 'lineage'> & { from: ModelOrigin };
/** An Azure ML model file, with what the command line says over it. */
export type RegisterModelFile = { file: string; name?: string | undefined; version?: string | undefined; set?: readonly string[]; variables?: Readonly<Record<string, string>> };

export type ModelParts = { engine: Engine; store: StateStore; blobs: BlobStore; user: string };

/** The models of a workspace. */
export class Models {
  readonly #parts: ModelParts;

  constructor(parts: ModelParts) {
    this.#parts = parts;
  }

  /** Registers a version; without a number the next one. @throws `conflict`, `not-found`, `config-invalid`. */
  async register({ from, ...about }: RegisterModel): Promise<{ model: Model; created: boolean }> {
    const { content, lineage } = await this.#content(from);
    return await this.#parts.engine.models.register({ ...about, ...content, lineage }, this.#parts.user);
  }

  /** The same by a file. @throws `config-invalid` with all problems of the file. */
  async registerFile({ file, name, version, set = [], variables = {} }: RegisterModelFile): Promise<{ model: Model; created: boolean }> {
    const { loadModelFile } = await import('@destino/formats');
    const { model, problems } = await loadModelFile(file, { set, variables, currentFolder: process.cwd(), verb: 'model' });
    if (model === undefined) throw (await import('../workspace/settings.ts')).fileRefused(file, problems);
    const named = name ?? model.name;
    if (named === undefined) throw new DestinoError('config-invalid', `${file} does not name the model`, { scope: file, hint: '--name NAME' });
    const { source, type, description, tags, properties, flavors } = model;
    if (source.from === 'workspace') throw new DestinoError('config-invalid', `${file} names a model that is registered already`, { scope: file, hint: 'give the path of its files' });
    const from: ModelOrigin = source.from === 'path' ? { path: source.path } : await originOfUri(source.uri);
    const chosen = version ?? model.version;
    return await this.register({
      from, name: named, ...(type !== undefined && { type }), ...(chosen !== undefined && { version: chosen }), ...(description !== undefined && { description }),
      ...(tags !== undefined && { tags }), ...(properties !== undefined && { properties }), ...(flavors !== undefined && { flavors }),
    });
  }

  async #content(from: ModelOrigin): Promise<{ content: ModelContent; lineage: Lineage }> {
    const { engine, blobs } = this.#parts;
    const { contentOfOutput, contentOfPath } = await import('./model-content.ts');
    if ('path' in from) return { content: await contentOfPath(from.path, blobs), lineage: { path: isAbsolute(from.path) ? from.path : resolve(from.path) } };
    const job = await this.#job(from.job);
    if (job.state !== 'succeeded') throw new DestinoError('conflict', `job ${job.name} has not succeeded: it is ${job.state}`, { scope: job.name, hint: `wait for it: destino job wait ${job.name}` });
    return { content: await contentOfOutput(job, from.output, from.below ?? '', { engine, blobs }), lineage: await this.#lineage(job, from.output) };
  }

  async #job(name: string): Promise<Job> {
    const job = await this.#parts.engine.job(name);
    if (job !== undefined) return job;
    const { items } = await this.#parts.engine.jobs({ prefix: name, newestFirst: true, limit: 2 });
    const [only, second] = items;
    if (only === undefined) throw new DestinoError('not-found', `there is no job '${name}'`, { scope: name, hint: 'see which there are: destino job list' });
    if (second !== undefined) throw new DestinoError('config-invalid', `several jobs begin with '${name}'`, { scope: name, hint: 'write more of the name: destino job list' });
    return (await this.#parts.engine.job(only.id)) ?? only;
  }

  async #lineage(job: Job, output: string): Promise<Lineage> {
    const record = await this.#parts.store.record(job.id);
    const spec = record === undefined ? undefined : jobRequestSchema.parse(record.spec).spec;
    return { job: job.name, jobId: job.id, attempt: job.attempt, output, ...(job.target !== undefined && { target: job.target }), ...(spec?.snapshot !== undefined && { snapshot: spec.snapshot }), ...(spec !== undefined && { environment: spec.environment }) };
  }

  /** `NAME`, `NAME:VERSION`, `NAME@latest`, with or without `azureml:`. @throws `not-found`. */
  async get(reference: string | ModelReference): Promise<Model> {
    return await this.#parts.engine.models.get(typeof reference === 'string' ? await modelReference(reference) : reference);
  }

  async list(query?: { name?: string | undefined; limit?: number }): Promise<Model[]> {
    return await this.#parts.engine.models.list(query);
  }

  /** Writes the files of a version below a folder of this machine. Answers where. */
  async download(reference: string | ModelReference, folder: string): Promise<{ model: Model; folder: string }> {
    const model = await this.get(reference);
    const place = resolve(folder);
    await mkdir(place, { recursive: true });
    await materialise(model.snapshot, this.#parts.blobs, place);
    return { model, folder: place };
  }

  /** @throws `conflict` while a service serves it. */
  async delete(reference: string | ModelReference): Promise<Model> {
    const model = await this.get(reference);
    await this.#parts.engine.models.remove(model.name, model.version);
    return model;
  }
}

/** What a text names. @throws `config-invalid` for what is no name of a model. */
export async function modelReference(text: string): Promise<ModelReference> {
  const { parseAssetName, parseReference } = await import('@destino/formats');
  const reference = text.startsWith('azureml:') ? parseReference(text) : parseAssetName(text);
  if (reference.form === 'asset') return { name: reference.name, version: reference.version, label: reference.label };
  throw new DestinoError('config-invalid', `${text} names no model of the workspace`, { hint: 'NAME, NAME:VERSION or NAME@latest' });
}

/** `azureml://jobs/JOB/outputs/OUTPUT…` and `runs:/JOB/PATH`. @throws `unsupported` for other addresses. */
export async function originOfUri(uri: string): Promise<ModelOrigin> {
  const { parseReference } = await import('@destino/formats');
  const reference = parseReference(uri);
  const run = /^runs:\/+([^/]+)\/(.+)$/.exec(uri);
  if (run !== null) return artifact(run[1] ?? '', run[2] ?? '');
  if (reference.form === 'job-output') return reference.output === 'artifacts' ? artifact(reference.job, reference.path) : { job: reference.job, output: reference.output, below: reference.path };
  throw new DestinoError('unsupported', `a model cannot be fetched from ${uri}`, { scope: uri, hint: 'fetch it into a folder, and give the path of that' });
}

/** The artifacts of a job are its outputs side by side; a path that begins with none of them lies in `outputs`. */
function artifact(job: string, path: string): ModelOrigin {
  const [first = '', ...rest] = path.replace(/^\/+|\/+$/g, '').split('/');
  return first === '' ? { job, output: 'outputs' } : { job, output: first, below: join(...rest, '').replace(/\/$/, '').replace(/^\.$/, '') };
}
