import { createHash } from 'node:crypto';
import type { Staging, StagingVerb } from '../driver/index.ts';
import { contentName, missing, type BlobOptions, type BlobStore } from './blob-store.ts';
import { readText } from './read-text.ts';

export interface StagingParts {
  /** The workspace's own content. May be the same store as `remote`: then nothing needs to be brought there. */
  source: BlobStore;
  /** Where targets reach it. */
  remote: BlobStore;
  /** A tar of a snapshot, the same bytes each time. */
  tarOf(snapshot: string, o: BlobOptions): AsyncIterable<Uint8Array>;
  /** A URL for one path and these verbs. */
  sign(path: string, verbs: readonly StagingVerb[], lifetimeMs: number, o: BlobOptions): Promise<string>;
}

/** Staging over any blob store that can give URLs. What several ask for at the same time is brought once. */
export function createStaging({ source, remote, tarOf, sign }: StagingParts): Staging {
  const underWay = new Map<string, Promise<unknown>>();
  const once = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const known = underWay.get(name) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const begun = work().finally(() => underWay.delete(name));
    underWay.set(name, begun);
    return begun;
  };
  const bring = async (hash: string, o: BlobOptions): Promise<void> => {
    const [there] = await remote.has([hash], o);
    if (there === true) return;
    if (remote === source) throw missing(contentName(hash));
    await remote.put(source.get(hash, o), { hash, ...o });
  };
  return {
    has: (hashes, o = {}) => remote.has(hashes, o),
    put: (hash, o = {}) => once(contentName(hash), () => bring(hash, o)),
    archive: (snapshot, o = {}) => once(`archives/${snapshot}`, () => archive(remote, snapshot, () => tarOf(snapshot, o), o)),
    url: (path, { verbs, lifetimeMs, ...o }) => sign(path, verbs, lifetimeMs, o),
    read: (path, o = {}) => remote.read(path, o),
    size: (path, o = {}) => remote.size(path, o),
    append: (path, offset, bytes, o = {}) => remote.append(path, offset, bytes, o),
    list: async (prefix, o = {}) => (await remote.list(prefix, o)).map(({ name, ...rest }) => ({ path: name, ...rest })),
    delete: (paths, o = {}) => remote.delete(paths, o),
  };
}

/** The tar is content as any other; a small segment beside it tells which one belongs to the snapshot. */
async function archive(remote: BlobStore, snapshot: string, tar: () => AsyncIterable<Uint8Array>, o: BlobOptions): Promise<{ path: string; hash: string; sizeBytes: number }> {
  const marker = `archives/${snapshot}`;
  const known = await readText(remote, marker, 64, o);
  if (known !== undefined && /^[0-9a-f]{64}$/.test(known) && (await remote.has([known], o))[0] === true) {
    const sizeBytes = await remote.size(contentName(known), o);
    if (sizeBytes !== undefined) return { path: contentName(known), hash: known, sizeBytes };
  }
  // Read twice, so that it goes under its hash, piece by piece, and nothing is spooled: a transfer that broke off goes on.
  const hash = createHash('sha256');
  for await (const chunk of tar()) hash.update(chunk);
  const stored = await remote.put(tar(), { hash: hash.digest('hex'), ...o });
  await remote.append(marker, 0, new TextEncoder().encode(stored.hash), o);
  return { path: contentName(stored.hash), ...stored };
}
