import type { BlobStore } from '@destino/core/blob';
import type { Content } from '@destino/core/driver';
import { materialise, readManifest } from '@destino/core/snapshot';

/** What drivers see of the workspace's bytes: snapshots by the hash of their manifest, files by their own. */
export function createContent(blobs: BlobStore): Content {
  return {
    async *manifest(snapshot, options = {}) {
      yield* (await readManifest(blobs, snapshot, options)).entries;
    },
    read: (hash, options = {}) => blobs.get(hash, options),
    write: (bytes, options = {}) => blobs.put(bytes, options),
    materialise: async (snapshot, folder, options = {}) => {
      await materialise(snapshot, blobs, folder, options);
    },
  };
}
