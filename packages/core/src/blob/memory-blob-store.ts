import { createHash } from 'node:crypto';
import {
  checkedHash,
  checkedRange,
  checkedSegmentName,
  contentName,
  hashDiffers,
  hashOfName,
  missing,
  offsetBeyondEnd,
  throwIfAborted,
  type BlobStore,
  type ByteRange,
} from './blob-store.ts';

interface Blob {
  /** Room for `sizeBytes` and more, so that a growing segment is not copied with each append. */
  bytes: Uint8Array;
  sizeBytes: number;
  modifiedMs: number;
}

export interface MemoryBlobStoreOptions {
  /** The store's clock. Default: it stands at 0. */
  nowMs?: (() => number) | undefined;
}

const chunkBytes = 64 * 1024;

/** A store that lives and dies with its owner. It does no I/O and sets no timers: only microtasks pass. */
export function createMemoryBlobStore(options: MemoryBlobStoreOptions = {}): BlobStore {
  const nowMs = options.nowMs ?? (() => 0);
  const blobs = new Map<string, Blob>();

  async function* readBlob(name: string, range: ByteRange): AsyncGenerator<Uint8Array> {
    const { from, to } = checkedRange(range);
    const blob = blobs.get(name);
    if (blob === undefined) throw missing(name);
    const end = Math.min(to ?? blob.sizeBytes, blob.sizeBytes);
    for (let start = from; start < end; start += chunkBytes) {
      throwIfAborted(range.signal, `reading ${name}`);
      yield blob.bytes.slice(start, Math.min(start + chunkBytes, end));
    }
    throwIfAborted(range.signal, `reading ${name}`);
  }

  return {
    async put(source, o = {}) {
      if (o.hash !== undefined) checkedHash(o.hash);
      throwIfAborted(o.signal, 'storing content');
      const bytes = source instanceof Uint8Array ? source.slice() : await collect(source, o.signal);
      const hash = createHash('sha256').update(bytes).digest('hex');
      if (o.hash !== undefined && o.hash !== hash) throw hashDiffers(o.hash, hash);
      blobs.set(contentName(hash), { bytes, sizeBytes: bytes.length, modifiedMs: nowMs() });
      return { hash, sizeBytes: bytes.length };
    },
    async has(hashes, o = {}) {
      throwIfAborted(o.signal, 'asking for content');
      return hashes.map((hash) => {
        const blob = blobs.get(contentName(hash));
        if (blob !== undefined) blob.modifiedMs = nowMs();
        return blob !== undefined;
      });
    },
    async *get(hash, o = {}) {
      yield* readBlob(contentName(hash), o);
    },
    async append(name, offset, bytes, o = {}) {
      throwIfAborted(o.signal, `writing ${name}`);
      checkedRange({ from: offset });
      const old = blobs.get(checkedSegmentName(name)) ?? { bytes: new Uint8Array(0), sizeBytes: 0 };
      if (offset > old.sizeBytes) throw offsetBeyondEnd(name, offset, old.sizeBytes);
      const lengthBytes = offset + bytes.length;
      const room = lengthBytes <= old.bytes.length && offset === old.sizeBytes ? old.bytes : grown(old.bytes.subarray(0, offset), lengthBytes);
      room.set(bytes, offset);
      blobs.set(name, { bytes: room, sizeBytes: lengthBytes, modifiedMs: nowMs() });
      return { lengthBytes };
    },
    async *read(name, o = {}) {
      yield* readBlob(hashOfName(name) === undefined ? checkedSegmentName(name) : name, o);
    },
    async size(name, o = {}) {
      throwIfAborted(o.signal, `asking for the size of ${name}`);
      return blobs.get(hashOfName(name) === undefined ? checkedSegmentName(name) : name)?.sizeBytes;
    },
    async list(prefix, o = {}) {
      throwIfAborted(o.signal, 'listing');
      const { after = '', limit = Number.POSITIVE_INFINITY } = o;
      const names = [...blobs.keys()].filter((name) => name.startsWith(prefix) && name > after).sort(byCodeUnits);
      return names.slice(0, limit).flatMap((name) => {
        const blob = blobs.get(name);
        return blob === undefined ? [] : [{ name, sizeBytes: blob.sizeBytes, modifiedMs: blob.modifiedMs }];
      });
    },
    async delete(names, o = {}) {
      throwIfAborted(o.signal, 'deleting');
      for (const name of names) {
        if (hashOfName(name) === undefined) checkedSegmentName(name);
        const blob = blobs.get(name);
        if (blob !== undefined && blob.modifiedMs < (o.unusedSinceMs ?? Number.POSITIVE_INFINITY)) blobs.delete(name);
      }
    },
    /** Keeps everything: whoever holds the store may be one of several. */
    async [Symbol.asyncDispose]() {},
  };
}

/** A copy with room to spare. Readers of the old bytes keep them as they were. */
function grown(bytes: Uint8Array, needed: number): Uint8Array {
  const room = new Uint8Array(Math.max(needed, Math.min(needed * 2, needed + 16 * 1024 * 1024)));
  room.set(bytes);
  return room;
}

async function collect(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of source) {
    throwIfAborted(signal, 'storing content');
    chunks.push(chunk.slice());
    sizeBytes += chunk.length;
  }
  throwIfAborted(signal, 'storing content');
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
