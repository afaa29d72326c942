import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pack } from 'tar-stream';
import type { BlobOptions, BlobStore } from '../blob/index.ts';
import { readManifest, type ManifestEntry } from './manifest.ts';

/**
 * A snapshot as one tar, the same bytes each time: entries in path order, without owners and times. Files stream
 * through; nothing is held whole.
 * @throws {DestinoError} `not-found` when content is missing, what `readManifest` throws
 */
export async function* snapshotTar(blobs: BlobStore, snapshot: string, o: BlobOptions = {}): AsyncGenerator<Uint8Array> {
  const manifest = await readManifest(blobs, snapshot, o);
  const { pack } = await import('tar-stream');
  const tar = pack();
  const fill = async (): Promise<void> => {
    for (const entry of manifest.entries) await addEntry(tar, entry, blobs, o);
    tar.finalize();
  };
  const filled = fill().catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of tar) yield new Uint8Array(chunk as Uint8Array);
  } finally {
    tar.destroy();
    await filled;
  }
}

async function addEntry(tar: Pack, entry: ManifestEntry, blobs: BlobStore, o: BlobOptions): Promise<void> {
  const header = { name: entry.path, mode: entry.mode, mtime: new Date(0), uid: 0, gid: 0 };
  if (entry.link !== undefined) {
    tar.entry({ ...header, type: 'symlink', linkname: entry.link, size: 0 });
    return;
  }
  const sink = tar.entry({ ...header, type: 'file', size: entry.sizeBytes });
  await pipeline(Readable.from(blobs.get(entry.hash, o), { objectMode: false }), sink as unknown as NodeJS.WritableStream);
}
