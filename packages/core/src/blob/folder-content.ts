import { createHash } from 'node:crypto';
import { mkdir, rename, unlink, utimes, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { DestinoError } from '../errors/index.ts';
import { checkedHash, hashDiffers, throwIfAborted, type BlobOptions } from './blob-store.ts';
import { createIncoming, fileSystemNowMs, inFolder, orAbsent, removeAbandoned, statFile } from './folder-files.ts';
import { contentPath } from './folder-names.ts';
import { readFile, writeAll, type OpenRange } from './folder-segments.ts';
import type { FolderStore } from './folder-store.ts';

const emptyHash = createHash('sha256').digest('hex');
/** Confirmed content is marked as used again when its mark is older than this. */
const renewAfterMs = 5 * 60_000;
const statsAtOnce = 64;
/** Stores whose leftovers were looked through by this process. */
const tidied = new Set<string>();

export async function putContent(
  store: FolderStore,
  source: Uint8Array | AsyncIterable<Uint8Array>,
  o: BlobOptions & { hash?: string | undefined },
): Promise<{ hash: string; sizeBytes: number }> {
  throwIfAborted(o.signal, 'storing content');
  if (o.hash !== undefined) checkedHash(o.hash);
  if (!tidied.has(store.incoming)) {
    tidied.add(store.incoming);
    await removeAbandoned(store.incoming);
  }
  if (!(source instanceof Uint8Array)) return putStream(store, source, o);
  const hash = createHash('sha256').update(source).digest('hex');
  if (o.hash !== undefined && o.hash !== hash) throw hashDiffers(o.hash, hash);
  if (await confirm(store, hash, source.length)) return { hash, sizeBytes: source.length };
  return putStream(store, [source], o);
}

async function putStream(
  store: FolderStore,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  o: BlobOptions & { hash?: string | undefined },
): Promise<{ hash: string; sizeBytes: number }> {
  const { file, handle } = await createIncoming(store.incoming, 0o400);
  try {
    const { hash, sizeBytes } = await fill(handle, source, o.signal, store.sync);
    if (o.hash !== undefined && o.hash !== hash) throw hashDiffers(o.hash, hash);
    const place = path.join(store.content, contentPath(hash));
    // A journal keeps the order of renames, so that whatever is forced to the disk later takes this one along.
    await inFolder(path.dirname(place), () => rename(file, place));
    return { hash, sizeBytes };
  } catch (error) {
    await orAbsent(unlink(file));
    throw error;
  }
}

/** Writes it all and closes the file. */
async function fill(
  handle: FileHandle,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal | undefined,
  sync: boolean,
): Promise<{ hash: string; sizeBytes: number }> {
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of source) {
      throwIfAborted(signal, 'storing content');
      hash.update(chunk);
      await writeAll(handle, chunk, sizeBytes);
      sizeBytes += chunk.length;
    }
    throwIfAborted(signal, 'storing content');
    if (sync) await handle.sync();
    return { hash: hash.digest('hex'), sizeBytes };
  } finally {
    await handle.close();
  }
}

export async function hasContent(store: FolderStore, hashes: readonly string[], signal: AbortSignal | undefined): Promise<boolean[]> {
  const found: boolean[] = [];
  const old: string[] = [];
  let clock: Promise<number> | undefined;
  for (let start = 0; start < hashes.length; start += statsAtOnce) {
    throwIfAborted(signal, 'asking for content');
    const batch = hashes.slice(start, start + statsAtOnce).map((hash) => ({ hash, file: path.join(store.content, contentPath(hash)) }));
    const stats = await Promise.all(batch.map(async ({ file }) => statFile(file)));
    for (const [index, { hash, file }] of batch.entries()) {
      const stat = stats[index];
      const whole = stat !== undefined && (stat.size > 0 || hash === emptyHash);
      found.push(whole);
      if (whole && stat.mtimeMs < (await (clock ??= fileSystemNowMs(store.incoming))) - renewAfterMs) old.push(file);
    }
  }
  if (clock !== undefined && old.length > 0) await renew(old, await clock);
  return found;
}

/** Whether content of this size is there; marks it as used then. */
async function confirm(store: FolderStore, hash: string, sizeBytes: number): Promise<boolean> {
  const file = path.join(store.content, contentPath(hash));
  if ((await statFile(file))?.size !== sizeBytes) return false;
  await renew([file], await fileSystemNowMs(store.incoming));
  return (await statFile(file)) !== undefined;
}

async function renew(files: readonly string[], nowMs: number): Promise<void> {
  for (const file of files) await orAbsent(utimes(file, nowMs / 1000, nowMs / 1000));
}

export async function* readContent(store: FolderStore, hash: string, range: OpenRange): AsyncGenerator<Uint8Array> {
  const file = path.join(store.content, contentPath(hash));
  const whole = range.from === 0 && range.to === undefined;
  const actual = createHash('sha256');
  for await (const chunk of readFile(file, `content ${hash}`, range)) {
    if (whole) actual.update(chunk);
    yield chunk;
  }
  if (whole && actual.digest('hex') !== hash) {
    await mkdir(store.damaged, { recursive: true, mode: 0o700 });
    await orAbsent(rename(file, path.join(store.damaged, hash)));
    throw new DestinoError('lost', `content ${hash} was damaged where it was stored and has been put aside`, {
      hint: 'submit again from the folder it came from: what is missing is stored anew',
      details: { hash },
    });
  }
}
