import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { DestinoError } from '../errors/index.ts';
import { sameStamp, stampOf, type FileNode } from './nodes.ts';

const chunkBytes = 256 * 1024;
const mostReadings = 3;
const noFollow = constants.O_NOFOLLOW ?? 0;

export interface ReadOptions {
  signal?: AbortSignal | undefined;
  /** Told of each piece that was read. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Hashes a file and puts hash and stamp into its node. A file that changes meanwhile is read again, twice.
 * @throws {DestinoError} `conflict` when it changed each time
 */
export async function hashFile(full: string, node: FileNode, o: ReadOptions): Promise<void> {
  for (let reading = 1; reading <= mostReadings; reading += 1) {
    const handle = await open(full, constants.O_RDONLY | noFollow);
    try {
      const before = stampOf(await handle.stat());
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const chunk of chunksOf(handle, before.sizeBytes, o)) {
        hash.update(chunk);
        sizeBytes += chunk.length;
      }
      const after = stampOf(await handle.stat());
      if (sameStamp(before, after) && after.sizeBytes === sizeBytes) {
        Object.assign(node, after, { hash: hash.digest('hex') });
        return;
      }
    } finally {
      await handle.close();
    }
  }
  throw changedWhileRead(node.path);
}

export function changedWhileRead(path: string): DestinoError {
  return new DestinoError('conflict', `the file ${JSON.stringify(path)} changed while it was read`, {
    retry: 'same',
    hint: 'submit when nothing writes to the folder, or name the file in .amlignore',
    details: { path },
  });
}

/**
 * The pieces of an open file that had `sizeBytes` when it was looked at. Each is its receiver's own. They end soon after
 * that many bytes, so that a file which grows as fast as it is read ends too, as one that is too long.
 */
export async function* chunksOf(handle: FileHandle, sizeBytes: number, o: ReadOptions): AsyncGenerator<Uint8Array> {
  const roomBytes = Math.min(sizeBytes + 1, chunkBytes);
  for (let doneBytes = 0; doneBytes <= sizeBytes; ) {
    if (o.signal?.aborted) throw new DestinoError('aborted', 'reading a file was aborted', { cause: o.signal.reason });
    const { bytesRead, buffer } = await handle.read(new Uint8Array(roomBytes), 0, roomBytes, null);
    if (bytesRead === 0) return;
    doneBytes += bytesRead;
    o.onBytes?.(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

export async function openPlainFile(full: string): Promise<FileHandle> {
  return open(full, constants.O_RDONLY | noFollow);
}
