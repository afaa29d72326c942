import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { createMemoryBlobStore, type BlobStore } from '../blob/index.ts';
import { snapshotFolder, type SnapshotOptions } from './snapshot-folder.ts';

/** A code folder and a store for one test, and a place beside them. */
export const trial: { root: string; blobs: BlobStore } = { root: '', blobs: createMemoryBlobStore() };

/** Makes them anew for each test of a file. */
export function useTrialFolder(): void {
  beforeEach(() => {
    trial.root = mkdtempSync(path.join(os.tmpdir(), 'destino-snapshot-'));
    trial.blobs = createMemoryBlobStore();
    mkdirSync(at(''));
  });
  afterEach(() => {
    rmSync(trial.root, { recursive: true, force: true });
  });
}

export function at(name: string): string {
  return path.join(trial.root, 'code', name);
}

export function write(name: string, text: string | Uint8Array = name): void {
  mkdirSync(path.dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
}

export function take(o: Partial<SnapshotOptions> = {}): ReturnType<typeof snapshotFolder> {
  return snapshotFolder(at(''), { blobs: trial.blobs, ...o });
}
