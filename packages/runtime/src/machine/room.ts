import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { StorageRoom } from '@destino/core';

/** Above this nothing is refused, so that who holds what need not be counted. */
const amplyBytes = 4 * 1024 ** 3;
const amplyShare = 0.1;

/** How full the disk below a folder is and, when it is nearly so, what the folder's parts hold. */
export async function measureRoom(folder: string): Promise<StorageRoom> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const [freeBytes, totalBytes] = [bavail * bsize, blocks * bsize];
  if (freeBytes > Math.max(amplyBytes, totalBytes * amplyShare)) return { freeBytes, totalBytes, holders: [] };
  const names = await readdir(folder);
  const holders = await Promise.all(names.map(async (what) => ({ what, sizeBytes: await sizeOf(join(folder, what)) })));
  return { freeBytes, totalBytes, holders: holders.sort((a, b) => b.sizeBytes - a.sizeBytes) };
}

/** What goes while it is counted counts as nothing. */
async function sizeOf(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined || !stats.isDirectory()) return stats?.size ?? 0;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}
