import type { BlobStore } from './blob-store.ts';

export interface FolderBlobStoreOptions {
  /** Whether written bytes are forced to the disk before a call returns, so that they outlive a power cut. Default: true. */
  sync?: boolean | undefined;
}

/**
 * A store in a folder of this machine, made when first written to. Many processes may use it at once. Content is
 * written aside, forced to the disk and renamed to its place; it is read-only there.
 * The file system's clock is the store's clock.
 */
export function createFolderBlobStore(folder: string, options: FolderBlobStoreOptions = {}): BlobStore {
  let opening: Promise<Required<BlobStore>> | undefined;
  /** Loaded when first used, so that whoever wants the store in memory never loads the file system part. */
  const store = (): Promise<Required<BlobStore>> => (opening ??= import('./folder-store.ts').then(({ openFolderStore }) => openFolderStore(folder, options)));
  return {
    put: async (bytes, o) => (await store()).put(bytes, o),
    has: async (hashes, o) => (await store()).has(hashes, o),
    async *get(hash, o) {
      yield* (await store()).get(hash, o);
    },
    append: async (name, offset, bytes, o) => (await store()).append(name, offset, bytes, o),
    async *read(name, o) {
      yield* (await store()).read(name, o);
    },
    size: async (name, o) => (await store()).size(name, o),
    adopt: async (name, path, o) => (await store()).adopt(name, path, o),
    list: async (prefix, o) => (await store()).list(prefix, o),
    delete: async (names, o) => (await store()).delete(names, o),
    /** Nothing is held open between calls. */
    async [Symbol.asyncDispose]() {},
  };
}
