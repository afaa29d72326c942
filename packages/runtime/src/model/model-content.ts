import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Engine, Job } from '@destino/core';
import type { BlobStore } from '@destino/core/blob';
import { DestinoError } from '@destino/core/errors';
import { manifestText, readManifest, snapshotFolder, type ManifestEntry } from '@destino/core/snapshot';

/** The files of a model as content of the workspace. */
export type ModelContent = { snapshot: string; files: number; sizeBytes: number };

const limits = { maxFiles: 100_000, maxBytes: Number.POSITIVE_INFINITY };

/** A file or folder of this machine; its own name stays above its files, since that is what an entry script looks for. */
export async function contentOfPath(path: string, blobs: BlobStore): Promise<ModelContent> {
  const place = resolve(path);
  const found = await stat(place).catch((cause: unknown) => {
    throw new DestinoError('not-found', `there is nothing at ${path} (looked for ${place})`, { scope: path, hint: 'give the path of a file or a folder', cause });
  });
  if (found.isFile()) {
    const { hash, sizeBytes } = await blobs.put(createReadStream(place) as AsyncIterable<Uint8Array>);
    return await store([{ path: basename(place), mode: 0o644, sizeBytes, hash }], blobs);
  }
  const { hash } = await snapshotFolder(place, { blobs, limits, everything: true });
  const { entries } = await readManifest(blobs, hash);
  if (entries.length === 0) throw new DestinoError('config-invalid', `the folder ${path} is empty`, { scope: path });
  return await store(entries.map((entry) => ({ ...entry, path: `${basename(place)}/${entry.path}` })), blobs);
}

/** An output of a job, or a part of it, wherever its bytes are. @throws `not-found` with the outputs that there are. */
export async function contentOfOutput(job: Job, output: string, below: string, parts: { engine: Engine; blobs: BlobStore }): Promise<ModelContent> {
  const wanted = below.replace(/\/+$/, '');
  const files = job.outputs.filter((file) => file.output === output && (wanted === '' || file.path === wanted || file.path.startsWith(`${wanted}/`)));
  if (files.length === 0) {
    const names = [...new Set(job.outputs.map((file) => file.output))];
    throw new DestinoError('not-found', `job ${job.name} (${job.state}) has no output '${output}${wanted === '' ? '' : `/${wanted}`}'`, { scope: job.name, hint: names.length > 0 ? `it has: ${names.join(', ')}` : `destino job show ${job.name}` });
  }
  const above = wanted.split('/').slice(0, -1).join('/');
  const entries: ManifestEntry[] = [];
  for (const file of files) {
    const { hash, sizeBytes } = file.kept === 'workspace' && file.hash !== undefined ? { hash: file.hash, sizeBytes: file.sizeBytes } : await parts.blobs.put(parts.engine.outputFile(job.id, output, file.path));
    const path = wanted === '' ? `${output}/${file.path}` : file.path.slice(above === '' ? 0 : above.length + 1);
    entries.push({ path, mode: 0o644, sizeBytes, hash });
  }
  return await store(entries, parts.blobs);
}

async function store(unsorted: readonly ManifestEntry[], blobs: BlobStore): Promise<ModelContent> {
  const entries = [...unsorted].sort((a, b) => (a.path < b.path ? -1 : 1));
  const { hash: snapshot } = await blobs.put(new TextEncoder().encode(manifestText({ version: 1, entries })));
  return { snapshot, files: entries.length, sizeBytes: entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}
