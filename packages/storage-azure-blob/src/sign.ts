import type { UserDelegationKey } from '@azure/storage-blob';
import type { StagingVerb } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { AzureBlobStore, AzureBlobStoreOptions } from './azure-blob-store.ts';
import { parseLocation } from './location.ts';
import { told } from './map-error.ts';

/** The letters that a signature names its permissions by. What is appended to is created first, and measured after a lost answer. */
const letters: Readonly<Record<StagingVerb, string>> = { read: 'r', create: 'c', write: 'w', append: 'ac', delete: 'd' };

export function blobPermissions(verbs: readonly StagingVerb[]): string {
  if (verbs.length === 0) throw new DestinoError('config-invalid', 'a URL without any verb allows nothing');
  return ['r', 'a', 'c', 'w', 'd'].filter((letter) => verbs.some((verb) => letters[verb].includes(letter))).join('');
}

/** A signed address of one blob. */
export type Signer = (blob: string, permissions: string, lifetimeMs: number) => Promise<string>;

/** Sign-ins are good for keys of a week; one is asked for a day and used for URLs that end before it. */
const delegationMs = 24 * 3_600_000;

export function createSigner(store: AzureBlobStore, { container, credential, nowMs }: AzureBlobStoreOptions): Signer {
  const { account, containerUrl } = parseLocation(container);
  const containerName = containerUrl.split('/').at(-1) ?? '';
  let delegation: { endMs: number; key: Promise<UserDelegationKey> } | undefined;
  const delegated = async (untilMs: number): Promise<UserDelegationKey> => {
    if (delegation === undefined || delegation.endMs < untilMs) {
      const endMs = Math.max(nowMs() + delegationMs, untilMs);
      const key = told('asking for a key to sign with', undefined, async () => {
        const { BlobServiceClient } = await import('@azure/storage-blob');
        if (!('token' in credential)) throw notAble();
        const service = new BlobServiceClient(containerUrl.slice(0, -containerName.length - 1), credential.token);
        return await service.getUserDelegationKey(new Date(nowMs() - 300_000), new Date(endMs));
      });
      delegation = { endMs, key };
      key.catch(() => (delegation = undefined));
    }
    return await delegation.key;
  };
  return async (blob, permissions, lifetimeMs) => {
    if ('sas' in credential) throw notAble();
    const { BlobSASPermissions, SASProtocol, generateBlobSASQueryParameters } = await import('@azure/storage-blob');
    const expiresMs = nowMs() + lifetimeMs;
    const protocol = containerUrl.startsWith('https:') ? { protocol: SASProtocol.Https } : {};
    const values = { containerName, blobName: blob, permissions: BlobSASPermissions.parse(permissions), expiresOn: new Date(expiresMs), ...protocol };
    const { sharedKey, client } = await store.open();
    const query = sharedKey === undefined ? generateBlobSASQueryParameters(values, await delegated(expiresMs), account) : generateBlobSASQueryParameters(values, sharedKey);
    const url = new URL(client.getBlobClient(blob).url);
    url.search = query.toString();
    return url.href;
  };
}

function notAble(): DestinoError {
  return new DestinoError('unsupported', 'with a signature (SAS) as its credential the storage cannot give short-lived URLs for single blobs', {
    hint: 'give the account key, or a sign-in, as the credential of `storage`',
  });
}
