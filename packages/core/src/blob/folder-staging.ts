import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Staging } from '../driver/index.ts';
import type { BlobStore } from './blob-store.ts';
import { createStaging, type StagingParts } from './create-staging.ts';
import { createFolderBlobStore } from './folder-blob-store.ts';
import { blobPath } from './folder-names.ts';

/**
 * Staging in a folder that targets see under the same path: a shared file system, or a mount of their containers. Its
 * URLs are `file:` URLs; who may use them is the file system's to say.
 */
export function createFolderStaging(folder: string, parts: Pick<StagingParts, 'source' | 'tarOf'>): Staging & { store: BlobStore } {
  const store = createFolderBlobStore(folder);
  const sign: StagingParts['sign'] = async (name) => pathToFileURL(path.join(path.resolve(folder), blobPath(name))).href;
  return { ...createStaging({ ...parts, remote: store, sign }), store };
}
