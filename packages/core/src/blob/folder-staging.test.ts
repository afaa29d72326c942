import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolderStaging, createMemoryBlobStore, type BlobStore } from './index.ts';

let folder: string;
let source: BlobStore;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destino-staging-'));
  source = createMemoryBlobStore();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (url: string): string => readFileSync(fileURLToPath(url), 'utf8');

describe('staging in a folder', () => {
  it('brings content by hash, and its URL leads to the bytes', async () => {
    const staging = createFolderStaging(folder, { source, tarOf: () => source.get('') });
    const { hash } = await source.put(bytesOf('model'));
    expect(await staging.has([hash])).toEqual([false]);
    await Promise.all([staging.put(hash), staging.put(hash)]);
    expect(await staging.has([hash])).toEqual([true]);
    expect(read(await staging.url(`content/${hash}`, { verbs: ['read'], lifetimeMs: 1000 }))).toBe('model');
  });

  it('stores a tar once, however often and by whomever it is asked for', async () => {
    let made = 0;
    const tarOf = async function* (): AsyncGenerator<Uint8Array> {
      made += 1;
      yield bytesOf('a tar');
    };
    const first = await createFolderStaging(folder, { source, tarOf }).archive('s1');
    const again = await createFolderStaging(folder, { source, tarOf }).archive('s1');
    expect([again, made]).toEqual([first, 2]); // two readings for the first: one for the hash, one to send
    expect(first).toMatchObject({ path: `content/${first.hash}`, sizeBytes: 5 });
  });

  it('makes a tar anew whose content was pruned', async () => {
    const tarOf = async function* (): AsyncGenerator<Uint8Array> {
      yield bytesOf('a tar');
    };
    const staging = createFolderStaging(folder, { source, tarOf });
    const { path: at, hash } = await staging.archive('s1');
    await staging.delete([at]);
    await staging.archive('s1');
    expect(await staging.has([hash])).toEqual([true]);
  });

  it('sees what a target wrote by URL, and lists and deletes it', async () => {
    const staging = createFolderStaging(folder, { source, tarOf: () => source.get('') });
    await staging.append('jobs/k/control', 0, bytesOf('cancel 1'));
    expect(read(await staging.url('jobs/k/control', { verbs: ['read'], lifetimeMs: 1 }))).toBe('cancel 1');
    expect((await staging.list('jobs/')).map((entry) => entry.path)).toEqual(['jobs/k/control']);
    await staging.delete(['jobs/k/control', 'jobs/none']);
    expect(await staging.size('jobs/k/control')).toBeUndefined();
  });
});
