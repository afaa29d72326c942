import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, lstat, mkdir, open, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { BlobStore } from '../blob/index.ts';
import { DestinoError } from '../errors/index.ts';
import { inParallel } from './in-parallel.ts';
import { readManifest, type Manifest, type ManifestEntry } from './manifest.ts';
import { safeJoin } from './safe-join.ts';

export interface MaterialiseOptions {
  onProgress?: ((progress: { doneFiles: number; totalFiles: number; doneBytes: number; totalBytes: number }) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const filesAtOnce = 16;

/**
 * Writes a snapshot into a folder, which is made if need be: files with their modes, then links. Each file appears
 * whole or not at all. Files that are there already with the same content stay, so that what broke off can go on;
 * nothing else that is there is touched, and nothing is written through a link.
 * @throws {DestinoError} `not-found` when content is missing; `conflict` when something else stands in a file's place;
 *   `config-invalid` when it is no manifest, or a name means something else on this platform
 */
export async function materialise(hash: string, blobs: BlobStore, folder: string, o: MaterialiseOptions = {}): Promise<Manifest> {
  const manifest = await readManifest(blobs, hash, { signal: o.signal });
  await mkdir(folder, { recursive: true });
  const places = new Map(manifest.entries.map((entry) => [entry, safeJoin(folder, entry.path)]));
  const folders = new Set(manifest.entries.flatMap(({ path: at }) => parentsOf(at)));
  for (const parent of [...folders].sort()) await makeFolder(safeJoin(folder, parent), parent);
  const files = manifest.entries.filter(({ link }) => link === undefined);
  const progress = { doneFiles: 0, totalFiles: files.length, doneBytes: 0, totalBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  await inParallel(files, filesAtOnce, async (entry) => {
    await writeEntry(blobs, entry, places.get(entry) ?? '', o.signal);
    progress.doneFiles += 1;
    progress.doneBytes += entry.sizeBytes;
    o.onProgress?.({ ...progress });
  });
  for (const entry of manifest.entries) if (entry.link !== undefined) await writeLink(entry.link, entry, places.get(entry) ?? '');
  return manifest;
}

function parentsOf(relative: string): string[] {
  const parts = relative.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** A folder that is really one: a link in its place would lead what is written below it elsewhere. */
async function makeFolder(place: string, relative: string): Promise<void> {
  await mkdir(place).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    if (!(await lstat(place)).isDirectory()) throw inTheWay(relative);
  });
}

async function writeEntry(blobs: BlobStore, entry: ManifestEntry, place: string, signal: AbortSignal | undefined): Promise<void> {
  if (await isThere(entry, place)) return;
  const aside = path.join(path.dirname(place), `.destino-${randomUUID()}`);
  try {
    const handle = await open(aside, 'wx', 0o600);
    try {
      let sizeBytes = 0;
      for await (const chunk of blobs.get(entry.hash, { signal })) {
        await handle.writeFile(chunk);
        sizeBytes += chunk.length;
      }
      if (sizeBytes !== entry.sizeBytes) {
        throw new DestinoError('lost', `the content of ${JSON.stringify(entry.path)} has ${sizeBytes} bytes in the store, not ${entry.sizeBytes}`);
      }
      await handle.chmod(entry.mode);
    } finally {
      await handle.close();
    }
    await rename(aside, place);
  } finally {
    await rm(aside, { force: true });
  }
}

/** Whether the file is there already, from an earlier attempt. */
async function isThere(entry: ManifestEntry, place: string): Promise<boolean> {
  const stats = await lstat(place).catch(absent);
  if (stats === undefined) return false;
  if (!stats.isFile() || stats.size !== entry.sizeBytes) throw inTheWay(entry.path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(place)) hash.update(chunk as Uint8Array);
  if (hash.digest('hex') !== entry.hash) throw inTheWay(entry.path);
  if ((stats.mode & 0o777) !== entry.mode) await chmod(place, entry.mode);
  return true;
}

async function writeLink(target: string, entry: ManifestEntry, place: string): Promise<void> {
  await symlink(target, place).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    const there = await readlink(place).catch(() => undefined);
    if (there !== target) throw inTheWay(entry.path);
  });
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function inTheWay(relative: string): DestinoError {
  return new DestinoError('conflict', `something else stands where ${JSON.stringify(relative)} of the snapshot belongs`, {
    hint: 'give an empty folder; where file names ignore case, two names of the snapshot may be one',
    details: { path: relative },
  });
}
