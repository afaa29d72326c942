import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { contentPrefix, hashOfName, throwIfAborted, type BlobEntry, type BlobOptions } from './blob-store.ts';
import { orAbsent, statFile } from './folder-files.ts';
import { unescapePart } from './folder-names.ts';
import type { FolderStore } from './folder-store.ts';

interface Node {
  /** The name of an entry, or what the names of all entries below begin with. */
  name: string;
  path: string;
  isFolder: boolean;
  /** Below here lies content, in folders whose names are not part of the entries' names. */
  isContent: boolean;
}

/** The entries under `prefix` in the order of their names, looking only into folders that can hold some. */
export async function listFolder(
  store: FolderStore,
  prefix: string,
  o: BlobOptions & { after?: string | undefined; limit?: number | undefined },
): Promise<BlobEntry[]> {
  const { after = '', limit = Number.POSITIVE_INFINITY } = o;
  const entries: BlobEntry[] = [];
  if (limit < 1) return entries;
  for await (const { name, path: file } of walk(await children(store, undefined), prefix, after, store)) {
    throwIfAborted(o.signal, 'listing');
    const stats = await statFile(file);
    if (stats === undefined) continue;
    entries.push({ name, sizeBytes: stats.size, modifiedMs: stats.mtimeMs });
    if (entries.length >= limit) break;
  }
  throwIfAborted(o.signal, 'listing');
  return entries;
}

async function* walk(nodes: readonly Node[], prefix: string, after: string, store: FolderStore): AsyncGenerator<Node> {
  for (const node of nodes) {
    if (node.isFolder) {
      const mayMatch = node.name.startsWith(prefix) || prefix.startsWith(node.name);
      const mayFollow = node.name > after || after.startsWith(node.name);
      if (mayMatch && mayFollow) yield* walk(await children(store, node), prefix, after, store);
    } else if (node.name.startsWith(prefix) && node.name > after) {
      yield node;
    }
  }
}

async function children(store: FolderStore, parent: Node | undefined): Promise<Node[]> {
  const folder = parent?.path ?? store.segments;
  const base = parent?.name ?? '';
  const nodes: Node[] = parent === undefined ? [{ name: contentPrefix, path: store.content, isFolder: true, isContent: true }] : [];
  for (const entry of (await orAbsent(readdir(folder, { withFileTypes: true }))) ?? []) {
    const name = parent?.isContent ? contentChild(entry.name, entry.isDirectory()) : segmentChild(base, entry.name, entry.isDirectory());
    if (name !== undefined) nodes.push({ name, path: path.join(folder, entry.name), isFolder: entry.isDirectory(), isContent: parent?.isContent ?? false });
  }
  return nodes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function contentChild(entry: string, isFolder: boolean): string | undefined {
  const name = contentPrefix + entry;
  if (isFolder) return /^[0-9a-f]{2}$/.test(entry) ? name : undefined;
  return hashOfName(name) === undefined ? undefined : name;
}

function segmentChild(base: string, entry: string, isFolder: boolean): string | undefined {
  if (isFolder !== entry.endsWith('+')) return undefined;
  const part = unescapePart(isFolder ? entry.slice(0, -1) : entry);
  if (part === undefined) return undefined;
  return isFolder ? `${base}${part}/` : `${base}${part}`;
}
