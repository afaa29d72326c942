import path from 'node:path';
import type { BlobStore } from '../blob/index.ts';
import { DestinoError, isDestinoError } from '../errors/index.ts';
import { changedWhileRead, chunksOf, openPlainFile } from './hash-file.ts';
import { inParallel } from './in-parallel.ts';
import { manifestText, type Manifest, type ManifestEntry } from './manifest.ts';
import type { SnapshotProgress } from './snapshot-folder.ts';

export interface SendOptions {
  blobs: BlobStore;
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

const askAtOnce = 1_000;
const sendAtOnce = 16;
/** Files up to this size go in one piece. */
const smallBytes = 1024 * 1024;

/** Stores what the store lacks of a snapshot: content first, the manifest last. A store that has the manifest lacks nothing. */
export async function sendMissing(folder: string, hash: string, manifest: Manifest, o: SendOptions): Promise<{ files: number; bytes: number }> {
  const { blobs, signal } = o;
  const [isThere] = await blobs.has([hash], { signal });
  if (isThere === true) return { files: 0, bytes: 0 };
  const missing = await missingOf(manifest, o);
  const progress: SnapshotProgress = { phase: 'send', doneFiles: 0, totalFiles: missing.length, doneBytes: 0, totalBytes: missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  await inParallel(missing, sendAtOnce, async (entry) => {
    await sendFile(path.join(folder, entry.path), entry, o);
    progress.doneFiles += 1;
    progress.doneBytes += entry.sizeBytes;
    o.onProgress?.({ ...progress });
  });
  const text = Buffer.from(manifestText(manifest), 'utf8');
  await blobs.put(new Uint8Array(text.buffer, text.byteOffset, text.byteLength), { hash, signal });
  return { files: missing.length, bytes: progress.doneBytes };
}

async function missingOf(manifest: Manifest, { blobs, signal }: SendOptions): Promise<ManifestEntry[]> {
  const unique = [...new Map(manifest.entries.filter(({ link }) => link === undefined).map((entry) => [entry.hash, entry])).values()];
  const missing: ManifestEntry[] = [];
  for (let start = 0; start < unique.length; start += askAtOnce) {
    const batch = unique.slice(start, start + askAtOnce);
    const answers = await blobs.has(batch.map(({ hash }) => hash), { signal });
    missing.push(...batch.filter((_, index) => answers[index] !== true));
  }
  return missing;
}

/** @throws {DestinoError} `conflict` when the file is no longer what was hashed */
async function sendFile(full: string, entry: ManifestEntry, { blobs, signal }: SendOptions): Promise<void> {
  const handle = await openPlainFile(full).catch((error: unknown) => {
    throw new DestinoError('conflict', changedWhileRead(entry.path).message, { retry: 'same', cause: error });
  });
  try {
    const chunks = chunksOf(handle, entry.sizeBytes, { signal });
    await blobs.put(entry.sizeBytes > smallBytes ? chunks : await inOnePiece(chunks), { hash: entry.hash, signal });
  } catch (error) {
    throw isDestinoError(error, 'conflict') ? changedWhileRead(entry.path) : error;
  } finally {
    await handle.close();
  }
}

async function inOnePiece(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : new Uint8Array(Buffer.concat(pieces));
}
