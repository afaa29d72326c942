import { isDestinoError } from '../errors/index.ts';
import type { BlobOptions, BlobStore } from './blob-store.ts';

/** The first bytes of a segment as text; `undefined` when there is none. */
export async function readText(store: BlobStore, name: string, mostBytes: number, o: BlobOptions = {}): Promise<string | undefined> {
  try {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.read(name, { ...o, to: mostBytes })) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    if (isDestinoError(error, 'not-found')) return undefined;
    throw error;
  }
}
