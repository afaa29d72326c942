import { blobPermissions } from './sign.ts';
import { createStaging, throwIfAborted, type BlobStore, type StagingParts } from '@destino/core/blob';
import type { Staging } from '@destino/core/driver';
import { AzureBlobStore, type AzureBlobStoreOptions } from './azure-blob-store.ts';
import { createSigner } from './sign.ts';

export type AzureStagingOptions = AzureBlobStoreOptions & Pick<StagingParts, 'tarOf'> & {
  /** The workspace's own content. Default: the container itself. */
  source?: BlobStore;
};

/** Staging in a blob container: what targets that cannot reach this machine read from and write to. */
export function createAzureStaging({ source, tarOf, ...options }: AzureStagingOptions): Staging & { store: BlobStore } {
  const store = new AzureBlobStore(options);
  const signer = createSigner(store, options);
  const sign: StagingParts['sign'] = async (path, verbs, lifetimeMs, o) => {
    throwIfAborted(o.signal, 'signing a URL');
    return await signer(store.spelled(path), blobPermissions(verbs), lifetimeMs);
  };
  return { ...createStaging({ source: source ?? store, remote: store, tarOf, sign }), store };
}
