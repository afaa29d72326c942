import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BlobStore } from '@destino/core/blob';
import { snapshotFolder } from '@destino/core/snapshot';
import type { Places } from '../workspace/places.ts';

export type SnapshotParts = { blobs: BlobStore; places: Places; onProgress?: ((text: string) => void) | undefined };

/** The snapshot of a folder, with what there is to tell of it. */
export async function takeSnapshot(folder: string, { blobs, places }: SnapshotParts): Promise<{ snapshot: string; notes: string[] }> {
  const cacheFile = join(places.folder, 'snapshots', `${createHash('sha256').update(folder).digest('hex').slice(0, 24)}.cache`);
  const { hash, stats, notes } = await snapshotFolder(folder, { blobs, cacheFile, never: [places.root] });
  const sent = stats.sent === 0 ? 'nothing new' : `${stats.sent} new, ${sizeText(stats.sentBytes)}`;
  return { snapshot: hash, notes: [`code ${folder}: ${stats.files} files, ${sizeText(stats.sizeBytes)} (${sent})`, ...notes] };
}

/** A size for people, in decimal units. */
export function sizeText(sizeBytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : Number(value.toPrecision(2))} ${units[unit]}`;
}
