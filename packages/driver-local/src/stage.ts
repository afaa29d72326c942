import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CallOptions, DriverContext, TransferOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Input, JobSpec } from '@destino/core/model';
import { z } from 'zod';
import { jobFiles, type JobFiles } from './layout.ts';
import { errnoOf } from './map-error.ts';
import { tellGrowth } from './tell-growth.ts';

/** What staging left for `submit`: the names of the single files of `uri_file` inputs, and the image. It counts for one key only. */
export const stagedSchema = z.object({ key: z.string(), singles: z.record(z.string(), z.string()), image: z.string().optional() });
export type Staged = z.infer<typeof stagedSchema>;

/** An environment runs in a container. */
export function inContainer({ kind }: JobSpec['environment']): boolean {
  return kind === 'image' || kind === 'build';
}

/** The image of a job; built first, where it is not there, which may last. */
async function imageOf({ environment }: JobSpec, { images }: DriverContext, options: TransferOptions): Promise<string> {
  if (images !== undefined) return (await images.resolve(environment, options)).image;
  if (environment.kind === 'image' && environment.condaFile === undefined) return environment.image;
  throw new DestinoError('unsupported', 'this host builds no images', { hint: 'name an image that is built already: --env image:REF' });
}

/**
 * Brings code and inputs into the job's folder: copies, since a job may write to them. They come aside first and move
 * to their places whole; what stands there already stays, since the job of this key may be at work in it.
 */
export async function bringContent(job: JobSpec, key: string, files: JobFiles, context: DriverContext, options: TransferOptions): Promise<Staged> {
  const aside = join(files.folder, `bringing-${randomUUID()}`);
  const drafts = jobFiles(aside);
  try {
    const singles = await tellGrowth(aside, context.clock, options, () => bringAside(job, drafts, context, options));
    await moveWhole(drafts.inputs, files.inputs);
    await moveWhole(drafts.work, files.work);
    return { key, singles, ...(inContainer(job.environment) && { image: await imageOf(job, context, options) }) };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function moveWhole(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== 'ENOTEMPTY' && errno !== 'EEXIST' && errno !== 'ENOENT') throw error; // there are no inputs, or another was first
  }
}

async function bringAside(job: JobSpec, files: JobFiles, context: DriverContext, options: TransferOptions): Promise<Record<string, string>> {
  const call = options.signal === undefined ? {} : { signal: options.signal };
  await mkdir(join(files.work, 'outputs'), { recursive: true });
  if (job.snapshot !== undefined) {
    options.onProgress?.({ what: 'code', doneBytes: 0 });
    await context.content.materialise(job.snapshot, files.work, call);
  }
  const singles: Record<string, string> = {};
  for (const [name, input] of Object.entries(job.inputs)) {
    const single = await bringInput(name, input, files, context, call);
    if (single !== undefined) singles[name] = single;
    options.onProgress?.({ what: `input ${name}`, doneBytes: 0 });
  }
  return singles;
}

async function bringInput(name: string, input: Input, files: JobFiles, context: DriverContext, call: CallOptions): Promise<string | undefined> {
  if (input.type === 'literal') return undefined;
  const { source } = input;
  const folder = join(files.inputs, name);
  if (source.from === 'snapshot') {
    await mkdir(folder, { recursive: true });
    await context.content.materialise(source.hash, folder, call);
    return input.type === 'uri_file' ? await onlyFile(source.hash, context, call) : undefined;
  }
  if (source.from !== 'uri' || input.mode === 'direct' || !/^https?:/i.test(source.uri)) return undefined;
  await mkdir(folder, { recursive: true });
  return await download(source.uri, folder, context, call);
}

async function onlyFile(snapshot: string, context: DriverContext, call: CallOptions): Promise<string | undefined> {
  for await (const entry of context.content.manifest(snapshot, call)) return entry.path;
  return undefined;
}

/** Whole or not at all: a broken transfer leaves no file under the input's name. */
async function download(uri: string, folder: string, context: DriverContext, call: CallOptions): Promise<string> {
  const name = decodeURIComponent(new URL(uri).pathname.split('/').at(-1) ?? '').replaceAll(/[/\0]/g, '_');
  const file = name === '' || name === '.' || name === '..' ? 'data' : name;
  const answer = await context.fetch(uri, call.signal === undefined ? {} : { signal: call.signal });
  if (!answer.ok || answer.body === null) {
    const code = answer.status === 404 ? 'not-found' : answer.status < 500 ? 'rejected' : 'unavailable';
    throw new DestinoError(code, `${uri} answered ${answer.status}`, { hint: 'check the address of the input' });
  }
  const draft = join(folder, '.partial');
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(draft), call);
  await rename(draft, join(folder, file));
  return file;
}
