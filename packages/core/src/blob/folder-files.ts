import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { platform } from 'node:os';
import path from 'node:path';

/** Never open through a symbolic link that somebody put into the store. Windows has no such flag. */
export const noFollow = constants.O_NOFOLLOW ?? 0;
const abandonedAfterMs = 24 * 3_600_000;

/** Turns the file system's "no such file" into `undefined`. */
export async function orAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((error: unknown) => {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What a plain file's `lstat` says; `undefined` when there is none, or something else under that name. */
export async function statFile(file: string): Promise<Stats | undefined> {
  const stats = await orAbsent(lstat(file));
  return stats?.isFile() ? stats : undefined;
}

const mostAttempts = 100;

/**
 * Does `work`, and again after making the folder when it turns out to be missing. Another process may remove the
 * folder, empty as it still is, at any moment of this, which also makes a recursive `mkdir` fail with ENOENT.
 */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (attempt > 1) await mkdir(folder, { recursive: true, mode: 0o700 });
      return await work();
    } catch (error) {
      if (attempt > mostAttempts || !hasCode(error, 'ENOENT')) throw error;
    }
  }
}

/** A new file in the folder for files on their way. */
export async function createIncoming(incoming: string, mode: number): Promise<{ file: string; handle: FileHandle }> {
  const file = path.join(incoming, randomUUID());
  const handle = await inFolder(incoming, () => open(file, 'wx', mode));
  return { file, handle };
}

/** What the file system takes for now: its clock, which on a network file system is another machine's. */
export async function fileSystemNowMs(incoming: string): Promise<number> {
  const { file, handle } = await createIncoming(incoming, 0o600);
  try {
    return (await handle.stat()).mtimeMs;
  } finally {
    await handle.close();
    await orAbsent(unlink(file));
  }
}

/** Removes what killed processes left on its way more than a day ago. */
export async function removeAbandoned(incoming: string): Promise<void> {
  const nowMs = await fileSystemNowMs(incoming);
  for (const entry of (await orAbsent(readdir(incoming))) ?? []) {
    const file = path.join(incoming, entry);
    const stats = await statFile(file);
    if (stats !== undefined && stats.mtimeMs < nowMs - abandonedAfterMs) await orAbsent(unlink(file));
  }
}

/** Forces a folder's entries to the disk, where the platform can do that. One that is gone held nothing of ours any more. */
export async function syncFolder(folder: string): Promise<void> {
  if (platform() === 'win32') return;
  const handle = await orAbsent(open(folder, 'r'));
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
