import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { blobStoreChecks, createFolderBlobStore, createMemoryBlobStore } from './index.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'destino-blob-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

describe.each(blobStoreChecks)('$id: $sentence', ({ run }) => {
  it('in memory', async () => {
    const store = createMemoryBlobStore();
    await run({ open: async () => store });
  });

  it('in a folder', async () => {
    const folder = await mkdtemp(path.join(root, 'store-'));
    await run({
      open: async () => createFolderBlobStore(path.join(folder, 'blobs')),
      async localFile(bytes) {
        const file = path.join(folder, 'local.log');
        await writeFile(file, bytes);
        return file;
      },
    });
  });
});
