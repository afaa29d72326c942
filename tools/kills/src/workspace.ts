import { setTimeout as sleep } from 'node:timers/promises';
import { createFolderBlobStore, type BlobStore } from '@destino/core/blob';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { StateStore } from '@destino/core/store';
import { openPostgresStore, openSqliteStore } from '@destino/store-sql';
import { z } from 'zod';

/** Where a workspace lives, in words that cross to another process. */
export const placeSchema = z.strictObject({
  store: z.union([z.strictObject({ file: z.string() }), z.strictObject({ url: z.string(), schema: z.string() })]),
  blobs: z.string(),
});
export type Place = z.infer<typeof placeSchema>;

/** CLOCK_MONOTONIC, which all processes of a boot share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

export const systemClock: Clock = {
  monotonicMs,
  wallMs: () => Date.now(),
  sleep: async (ms, options = {}) => {
    try {
      await sleep(ms, undefined, options);
    } catch (error) {
      throw new DestinoError('aborted', 'the sleep was aborted', { cause: error });
    }
  },
};

export async function openWorkspace(place: Place): Promise<{ store: StateStore; blobs: BlobStore }> {
  const store =
    'file' in place.store
      ? await openSqliteStore({ file: place.store.file, workspace: 'kills', bootId: 'boot', monotonicMs })
      : await openPostgresStore({ ...place.store, workspace: 'kills', connections: 4 });
  return { store, blobs: createFolderBlobStore(place.blobs) };
}
