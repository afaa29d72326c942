import path from 'node:path';
import type { BlobStore } from './blob-store.ts';
import { checkedRange, checkedSegmentName, hashOfName, throwIfAborted } from './blob-store.ts';
import type { FolderBlobStoreOptions } from './folder-blob-store.ts';
import { hasContent, putContent, readContent } from './folder-content.ts';
import { listFolder } from './folder-list.ts';
import { contentPath, segmentPath } from './folder-names.ts';
import { adoptSegment, appendSegment, deleteFile, fileSize, readFile } from './folder-segments.ts';

/** The folders of one store, and how it writes. */
export interface FolderStore {
  content: string;
  segments: string;
  /** Files on their way: written here, renamed from here. On the same file system as the others. */
  incoming: string;
  /** Content that was found to differ from its hash is put aside here. */
  damaged: string;
  sync: boolean;
}

export function openFolderStore(folder: string, options: FolderBlobStoreOptions): Required<BlobStore> {
  const at = (name: string): string => path.join(path.resolve(folder), name);
  const store: FolderStore = { content: at('content'), segments: at('segments'), incoming: at('incoming'), damaged: at('damaged'), sync: options.sync ?? true };
  const pathOf = (name: string): string => {
    const hash = hashOfName(name);
    return hash === undefined ? path.join(store.segments, segmentPath(name)) : path.join(store.content, contentPath(hash));
  };
  return {
    put: (bytes, o = {}) => putContent(store, bytes, o),
    async has(hashes, o = {}) {
      return hasContent(store, hashes, o.signal);
    },
    async *get(hash, o = {}) {
      yield* readContent(store, hash, { ...checkedRange(o), signal: o.signal });
    },
    async append(name, offset, bytes, o = {}) {
      throwIfAborted(o.signal, `writing ${name}`);
      checkedRange({ from: offset });
      return appendSegment(store, checkedSegmentName(name), offset, bytes);
    },
    async *read(name, o = {}) {
      const range = { ...checkedRange(o), signal: o.signal };
      const hash = hashOfName(name);
      if (hash === undefined) yield* readFile(pathOf(name), name, range);
      else yield* readContent(store, hash, range);
    },
    async size(name, o = {}) {
      throwIfAborted(o.signal, `asking for the size of ${name}`);
      return fileSize(pathOf(name));
    },
    async adopt(name, file, o = {}) {
      throwIfAborted(o.signal, `adopting ${file}`);
      return adoptSegment(store, checkedSegmentName(name), file);
    },
    list: (prefix, o = {}) => listFolder(store, prefix, o),
    async delete(names, o = {}) {
      for (const name of names) {
        throwIfAborted(o.signal, 'deleting');
        await deleteFile(store, pathOf(name), o.unusedSinceMs);
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

