import { blobStoreChecks } from '@destino/core/blob';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createAzureBlobStore } from '../src/index.ts';
import { Azurite, sharedKey } from './azurite.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await Azurite.start();
}, 60_000);
afterAll(() => azurite.stop());

describe.each(blobStoreChecks)('$id: $sentence', ({ run }) => {
  it.each(['', '/a part/of it'])('in a container%s', async (prefix) => {
    const container = (await azurite.container()) + prefix;
    await run({ open: async () => createAzureBlobStore({ container, credential: { sharedKey }, nowMs: () => Date.now() }) });
  });
});
