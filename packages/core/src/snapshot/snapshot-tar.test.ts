import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMemoryBlobStore } from '../blob/index.ts';
import { manifestText, sha256, type Manifest } from './manifest.ts';
import { snapshotTar } from './snapshot-tar.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'destino-tar-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const long = `${'deep/'.repeat(40)}ünï.txt`;

async function trial(): Promise<{ blobs: ReturnType<typeof createMemoryBlobStore>; snapshot: string }> {
  const blobs = createMemoryBlobStore();
  const texts = { 'a.py': 'print(1)\n', [long]: 'far down', 'run.sh': '#!/bin/sh\n' };
  const files = Object.entries(texts).map(([at, text]) => ({ path: at, mode: at === 'run.sh' ? (0o755 as const) : (0o644 as const), sizeBytes: bytesOf(text).length, hash: sha256(text) }));
  const link = { path: 'link', mode: 0o644 as const, sizeBytes: 4, hash: sha256('a.py'), link: 'a.py' };
  const manifest: Manifest = { version: 1, entries: [...files, link].toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
  for (const text of Object.values(texts)) await blobs.put(bytesOf(text));
  const { hash } = await blobs.put(bytesOf(manifestText(manifest)));
  return { blobs, snapshot: hash };
}

async function all(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return Buffer.concat(pieces);
}

describe('snapshotTar', () => {
  it('is what tar unpacks into the same files, modes and links, long names included', async () => {
    const { blobs, snapshot } = await trial();
    writeFileSync(path.join(folder, 'x.tar'), await all(snapshotTar(blobs, snapshot)));
    execFileSync('tar', ['-xf', 'x.tar'], { cwd: folder });
    expect(readFileSync(path.join(folder, long), 'utf8')).toBe('far down');
    expect(lstatSync(path.join(folder, 'run.sh')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(path.join(folder, 'link'))).toBe('a.py');
  });

  it('has the same bytes each time', async () => {
    const { blobs, snapshot } = await trial();
    expect(sha256(await all(snapshotTar(blobs, snapshot)))).toBe(sha256(await all(snapshotTar(blobs, snapshot))));
  });

  it('rejects when content is missing, and does not end as if it were whole', async () => {
    const { blobs, snapshot } = await trial();
    await blobs.delete([`content/${sha256('far down')}`]);
    await expect(all(snapshotTar(blobs, snapshot))).rejects.toMatchObject({ code: 'not-found' });
  });
});
