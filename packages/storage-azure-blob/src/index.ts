export { createAzureBlobStore } from './azure-blob-store.ts';
export type { AzureBlobStoreOptions } from './azure-blob-store.ts';
export { createAzureStaging } from './azure-staging.ts';
export type { AzureStagingOptions } from './azure-staging.ts';
export { readCredential } from './credential.ts';
export type { BlobCredential, TokenSource } from './credential.ts';
export { parseLocation } from './location.ts';
export type { BlobLocation } from './location.ts';
