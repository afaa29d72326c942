import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, TransferOptions } from '@destino/core/driver';
import { errnoOf } from './map-error.ts';

/** Transfers report at least every five seconds. */
const lookEveryMs = 2_000;

/**
 * Runs a transfer into a folder and reports the folder's bytes whenever there are more of them: a large one goes on for
 * as long as it moves, and one that stands still is told of by nobody, so that the caller's limit ends it.
 */
export async function tellGrowth<T>(folder: string, clock: Clock, { onProgress }: Pick<TransferOptions, 'onProgress'>, transfer: () => Promise<T>): Promise<T> {
  if (onProgress === undefined) return await transfer();
  const over = new AbortController();
  const watching = watch(folder, clock, over.signal, onProgress);
  try {
    return await transfer();
  } finally {
    over.abort();
    await watching;
  }
}

async function watch(folder: string, clock: Clock, over: AbortSignal, onProgress: NonNullable<TransferOptions['onProgress']>): Promise<void> {
  let told = 0;
  while (await slept(clock, over)) {
    const doneBytes = await sizeOf(folder);
    if (doneBytes > told && !over.aborted) onProgress({ what: 'content', doneBytes });
    told = Math.max(told, doneBytes);
  }
}

async function slept(clock: Clock, over: AbortSignal): Promise<boolean> {
  await clock.sleep(lookEveryMs, { signal: over }).catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
  return !over.aborted;
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(goneIs<never[]>([]));
  let sizeBytes = 0;
  for (const entry of entries) if (entry.isFile()) sizeBytes += await lstat(join(entry.parentPath, entry.name)).then(({ size }) => size, goneIs(0));
  return sizeBytes;
}

/** What is being moved to its place while it is looked at. */
function goneIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (errnoOf(error) === 'ENOENT') return value;
    throw error;
  };
}
