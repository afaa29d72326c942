import type { ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { DestinoError } from '@destino/core/errors';

/** What `@azure/identity` gives. */
export type TokenSource = { getToken(scopes: string | string[], options?: object): Promise<{ token: string; expiresOnTimestamp: number } | null> };

/** How the container is entered: an account key, a signature (SAS) for the container, or a sign-in. */
export type BlobCredential = { sharedKey: string } | { sas: string } | { token: TokenSource };

/** What a credential's text is: an account key, a connection string that holds one, or a signature. */
export function readCredential(text: string): BlobCredential {
  const trimmed = text.trim();
  const key = /(?:^|;)AccountKey=([^;]+)/i.exec(trimmed)?.[1];
  if (key !== undefined) return { sharedKey: key };
  const sas = /(?:^|;)SharedAccessSignature=([^;]+)/i.exec(trimmed)?.[1] ?? trimmed.replace(/^[^?]*\?/, '');
  if (/(^|&)sig=/.test(sas)) return { sas };
  if (/^[A-Za-z0-9+/]{40,}={0,2}$/.test(trimmed)) return { sharedKey: trimmed };
  throw new DestinoError('config-invalid', 'the credential of the storage is neither an account key, nor a connection string, nor a signature (SAS)', {
    hint: 'az storage account keys list --account-name ACCOUNT --query [0].value -o tsv | destino secret set NAME',
  });
}

export type OpenContainer = { client: ContainerClient; sharedKey?: StorageSharedKeyCredential };

/** How hard the client tries by itself: throttled, reset and failed requests, with growing pauses, within a minute or so. */
const patience = { maxTries: 6, tryTimeoutInMs: 120_000, retryDelayInMs: 400, maxRetryDelayInMs: 15_000 };

/** Loads Azure's library and makes a client; no request is sent. */
export async function openContainer(containerUrl: string, account: string, credential: BlobCredential, options: { maxTries?: number } = {}): Promise<OpenContainer> {
  const { ContainerClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  const pipeline = { retryOptions: { ...patience, ...options }, keepAliveOptions: { enable: true } };
  if ('sas' in credential) return { client: new ContainerClient(`${containerUrl}?${credential.sas}`, undefined, pipeline) };
  if ('token' in credential) return { client: new ContainerClient(containerUrl, credential.token, pipeline) };
  const sharedKey = new StorageSharedKeyCredential(account, credential.sharedKey);
  return { client: new ContainerClient(containerUrl, sharedKey, pipeline), sharedKey };
}
