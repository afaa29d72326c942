import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Storage } from './datastores.ts';

export type BlobPlace = { container: string; prefix: string };

/** Downloads all blobs below a prefix, or the one blob of that name. @throws where there is none, or no storage at all. */
export async function downloadBlobs(storage: Storage | undefined, { container, prefix }: BlobPlace, to: string): Promise<void> {
  if (storage === undefined) throw new Error('This emulator was started without storage: there are no blobs to read code or data from.');
  const { BlobServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  const { accountName, key, endpoint, protocol, blobUrl = `${protocol}://${accountName}.blob.${endpoint}` } = storage;
  const client = new BlobServiceClient(blobUrl, new StorageSharedKeyCredential(accountName, key)).getContainerClient(container);
  const base = prefix.replace(/\/+$/, '');
  let count = 0;
  for await (const { name } of client.listBlobsFlat({ prefix: base })) {
    if (name !== base && base !== '' && !name.startsWith(`${base}/`)) continue;
    const file = join(to, name === base ? basename(name) : name.slice(base === '' ? 0 : base.length + 1));
    if (!file.startsWith(to)) continue;
    await mkdir(dirname(file), { recursive: true });
    await client.getBlobClient(name).downloadToFile(file);
    count += 1;
  }
  if (count === 0) throw new Error(`There is nothing at '${container}/${prefix}'.`);
}
