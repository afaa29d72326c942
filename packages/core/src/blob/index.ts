export { contentName, contentPrefix, hashOfName } from './blob-store.ts';
export type { BlobEntry, BlobOptions, BlobStore, ByteRange } from './blob-store.ts';
export { createMemoryBlobStore } from './memory-blob-store.ts';
export type { MemoryBlobStoreOptions } from './memory-blob-store.ts';
export { createFolderBlobStore } from './folder-blob-store.ts';
export type { FolderBlobStoreOptions } from './folder-blob-store.ts';
export { blobStoreChecks } from './blob-store-checks.ts';
export type { BlobStoreCheck } from './blob-store-checks.ts';
