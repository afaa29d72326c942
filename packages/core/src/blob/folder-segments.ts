import { constants } from 'node:fs';
import { chmod, copyFile, lstat, open, rename, rmdir, unlink, type FileHandle } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { DestinoError } from '../errors/index.ts';
import { missing, offsetBeyondEnd, throwIfAborted } from './blob-store.ts';
import { hasCode, inFolder, noFollow, orAbsent, statFile, syncFolder } from './folder-files.ts';
import { segmentPath } from './folder-names.ts';
import type { FolderStore } from './folder-store.ts';

export interface OpenRange {
  from: number;
  to: number | undefined;
  signal: AbortSignal | undefined;
}

const chunkBytes = 256 * 1024;

/** Bytes of a file from one offset to another, at most to where it ends when it is opened. */
export async function* readFile(file: string, name: string, range: OpenRange): AsyncGenerator<Uint8Array> {
  throwIfAborted(range.signal, `reading ${name}`);
  const handle = await orAbsent(open(file, constants.O_RDONLY | noFollow));
  if (handle === undefined) throw missing(name);
  try {
    const end = Math.min(range.to ?? Number.MAX_SAFE_INTEGER, (await handle.stat()).size);
    let at = range.from;
    while (at < end) {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(Math.min(chunkBytes, end - at)), 0, null, at);
      throwIfAborted(range.signal, `reading ${name}`);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

export async function writeAll(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, offset + written);
    written += bytesWritten;
  }
}

export async function appendSegment(store: FolderStore, name: string, offset: number, bytes: Uint8Array): Promise<{ lengthBytes: number }> {
  const file = path.join(store.segments, segmentPath(name));
  const isNew = (await fileSize(file)) === undefined;
  if (isNew && offset > 0) throw offsetBeyondEnd(name, offset, 0);
  const handle = await inFolder(path.dirname(file), () => open(file, constants.O_RDWR | constants.O_CREAT | noFollow, 0o600));
  try {
    const { size } = await handle.stat();
    if (offset > size) throw offsetBeyondEnd(name, offset, size);
    await writeAll(handle, bytes, offset);
    const lengthBytes = offset + bytes.length;
    if (size > lengthBytes) await handle.truncate(lengthBytes);
    if (store.sync) await handle.datasync();
    if (store.sync && isNew) await syncFolder(path.dirname(file));
    return { lengthBytes };
  } finally {
    await handle.close();
  }
}

export async function adoptSegment(store: FolderStore, name: string, source: string): Promise<{ lengthBytes: number }> {
  const file = path.join(store.segments, segmentPath(name));
  const stats = await orAbsent(lstat(source));
  if (stats === undefined) {
    const lengthBytes = await fileSize(file);
    if (lengthBytes === undefined) throw new DestinoError('not-found', `there is no file ${source} to adopt as ${name}`);
    return { lengthBytes };
  }
  if (!stats.isFile()) throw new DestinoError('config-invalid', `${source} cannot be adopted as ${name}: it is no plain file`);
  await inFolder(path.dirname(file), () => rename(source, file)).catch(async (error: unknown) => {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyThenRename(store, source, file);
  });
  await chmod(file, 0o600);
  if (store.sync) await syncWritten(file);
  return { lengthBytes: (await lstat(file)).size };
}

async function copyThenRename(store: FolderStore, source: string, file: string): Promise<void> {
  const copy = path.join(store.incoming, randomUUID());
  try {
    await inFolder(store.incoming, () => copyFile(source, copy, constants.COPYFILE_FICLONE));
    if (store.sync) await syncWritten(copy);
    await inFolder(path.dirname(file), () => rename(copy, file));
  } catch (error) {
    await orAbsent(unlink(copy));
    throw error;
  }
  await unlink(source);
}

/** Forces a file that others wrote, and its name, to the disk. */
async function syncWritten(file: string): Promise<void> {
  const handle = await open(file, constants.O_RDWR | noFollow);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncFolder(path.dirname(file));
}

export async function fileSize(file: string): Promise<number | undefined> {
  return (await statFile(file))?.size;
}

/** Removes a file unless it was used since, and the folders that are empty after it. */
export async function deleteFile(store: FolderStore, file: string, unusedSinceMs: number | undefined): Promise<void> {
  if (unusedSinceMs !== undefined) {
    const stats = await statFile(file);
    if (stats === undefined || stats.mtimeMs >= unusedSinceMs) return;
  }
  await orAbsent(unlink(file));
  for (let folder = path.dirname(file); folder.startsWith(store.segments + path.sep); folder = path.dirname(folder)) {
    const removed = await rmdir(folder).then(
      () => true,
      (error: unknown) => {
        if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EBUSY')) return false;
        if (hasCode(error, 'ENOENT')) return true;
        throw error;
      },
    );
    if (!removed) return;
  }
}
