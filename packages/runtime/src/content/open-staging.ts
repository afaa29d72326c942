import { createFolderStaging, type BlobStore } from '@destino/core/blob';
import type { Clock, Secrets, Staging } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { snapshotTar } from '@destino/core/snapshot';
import type { StorageSetting } from '../workspace/content-settings.ts';

export type StagingNeeds = { blobs: BlobStore; secrets: Secrets; clock: Clock };

/**
 * The staging that `storage:` describes. It is opened when it is first used, credential and all, so that a workspace
 * whose storage is out of reach can do whatever does not need it.
 */
export function openStaging(storage: StorageSetting, needs: StagingNeeds): Staging {
  const tarOf: Parameters<typeof createFolderStaging>[1]['tarOf'] = (snapshot, o) => snapshotTar(needs.blobs, snapshot, o);
  if ('folder' in storage) return createFolderStaging(storage.folder, { source: needs.blobs, tarOf });
  let opening: Promise<Staging> | undefined;
  const open = (): Promise<Staging> => {
    opening ??= openContainer(storage, needs, tarOf);
    opening.catch(() => (opening = undefined)); // a credential that was missing may be set by the next time
    return opening;
  };
  return lazily(open);
}

async function openContainer({ container, credential }: { container: string; credential?: string }, { blobs, secrets, clock }: StagingNeeds, tarOf: Parameters<typeof createFolderStaging>[1]['tarOf']): Promise<Staging> {
  if (credential === undefined) {
    throw new DestinoError('unauthenticated', `the storage ${container} has no credential`, { hint: 'az storage account keys list --account-name ACCOUNT --query [0].value -o tsv | destino secret set storage-key, and credential: ${{secrets.storage-key}} beside container' });
  }
  const { createAzureStaging, readCredential } = await import('@destino/storage-azure-blob');
  return createAzureStaging({ container, credential: readCredential(await secrets.resolve({ secret: credential })), nowMs: () => clock.wallMs(), source: blobs, tarOf });
}

function lazily(open: () => Promise<Staging>): Staging {
  return {
    has: async (...words) => await (await open()).has(...words),
    put: async (...words) => {
      await (await open()).put(...words);
    },
    archive: async (...words) => await (await open()).archive(...words),
    url: async (...words) => await (await open()).url(...words),
    async *read(...words) {
      yield* (await open()).read(...words);
    },
    size: async (...words) => await (await open()).size(...words),
    append: async (...words) => await (await open()).append(...words),
    list: async (...words) => await (await open()).list(...words),
    delete: async (...words) => {
      await (await open()).delete(...words);
    },
  };
}
