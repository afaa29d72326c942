import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from './manifest.ts';
import { isSettled, type FolderNode, type ScanNode } from './nodes.ts';

/** What is remembered of a folder between two snapshots. */
export interface KnownTree {
  root: FolderNode;
  /** When the scan began, in the clock of the file system that holds the cache. */
  readMs: number;
  /** The snapshot's hash, where every file's content was settled. */
  manifestHash: string;
}

/** Counted up with each change of the layout; another version is no cache. */
const version = 1;
const numbersPerNode = 6;
const codes = { file: 0, link: 1, folder: 2 } as const;

/** The cache of this folder's last snapshot; `undefined` when there is none that can be trusted. */
export async function readStatCache(file: string, folder: string, ignoreFile: string): Promise<KnownTree | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(10);
  const [checksum, sizes] = end < 0 ? [] : bytes.toString('utf8', 0, end).split(' ');
  const body = bytes.subarray(end + 1);
  if (checksum === undefined || sizes === undefined || sha256(body) !== checksum) return undefined;
  const [numberBytes = 0, textBytes = 0] = sizes.split(',').map(Number);
  const numbers = new Float64Array(body.buffer.slice(body.byteOffset, body.byteOffset + numberBytes));
  const texts = body.toString('utf8', numberBytes, numberBytes + textBytes).split('\0');
  const hashes = body.toString('hex', numberBytes + textBytes);
  if (texts[0] !== `${version}` || texts[1] !== folder || texts[2] !== ignoreFile) return undefined;
  return { root: decode(numbers, texts, hashes), readMs: numbers[0] ?? 0, manifestHash: texts[3] ?? '' };
}

/** A reader over the columns: all numbers, then all texts, then all hashes, so that ten thousand files take milliseconds. */
function decode(numbers: Float64Array, texts: readonly string[], hashes: string): FolderNode {
  let number = 1;
  let text = 4;
  let hash = 0;
  const node = (base: string): ScanNode => {
    const code = (numbers[number] ?? 0) & 3;
    const isExecutable = (numbers[number] ?? 0) >= 4;
    const count = numbers[number + 1] ?? 0;
    const stamp = { sizeBytes: numbers[number + 2] ?? 0, mtimeMs: numbers[number + 3] ?? 0, ctimeMs: numbers[number + 4] ?? 0, inode: numbers[number + 5] ?? 0 };
    number += numbersPerNode;
    const own = base + (texts[text++] ?? '');
    if (code === codes.link) return { kind: 'link', path: own, target: texts[text++] ?? '' };
    if (code === codes.file) return { kind: 'file', path: own, isExecutable, hash: count === 0 ? '' : hashes.slice(hash, (hash += 64)), ...stamp };
    const rulesStamp = texts[text++] ?? '';
    const children: ScanNode[] = [];
    for (let index = 0; index < count; index += 1) children.push(node(own === '' ? '' : `${own}/`));
    return { kind: 'folder', path: own, rulesStamp, children, ...stamp };
  };
  return node('') as FolderNode;
}

/** Remembers a tree. Hashes of files that could still change unnoticed are left out; they are read again next time. */
export async function writeStatCache(file: string, folder: string, ignoreFile: string, tree: KnownTree): Promise<void> {
  const numbers: number[] = [tree.readMs];
  const texts = [`${version}`, folder, ignoreFile, tree.manifestHash];
  const hashes: string[] = [];
  const add = (node: ScanNode, base: number): void => {
    if (node.kind === 'link') {
      numbers.push(codes.link, 0, 0, 0, 0, 0);
      texts.push(node.path.slice(base), node.target);
      return;
    }
    const hash = node.kind === 'file' && isSettled(node, tree.readMs) ? node.hash : '';
    if (hash !== '') hashes.push(hash);
    const code = node.kind === 'folder' ? codes.folder : codes.file + (node.isExecutable ? 4 : 0);
    const count = node.kind === 'folder' ? node.children.length : hash === '' ? 0 : 1;
    numbers.push(code, count, node.sizeBytes, node.mtimeMs, node.ctimeMs, node.inode);
    texts.push(node.path.slice(base));
    if (node.kind === 'file') return;
    texts.push(node.rulesStamp);
    for (const child of node.children) add(child, node.path === '' ? 0 : node.path.length + 1);
  };
  add(tree.root, 0);
  const parts = [Buffer.from(new Float64Array(numbers).buffer), Buffer.from(texts.join('\0'), 'utf8'), Buffer.from(hashes.join(''), 'hex')];
  const body = Buffer.concat(parts);
  await replaceFile(file, Buffer.concat([Buffer.from(`${sha256(body)} ${parts[0]?.length},${parts[1]?.length}\n`), body]));
}

/** Writes aside and renames, so that whoever reads at the same time sees one cache or the other. */
async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await writeFile(aside, bytes, { flag: 'wx', mode: 0o600 });
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

/** What the file system that is to hold the cache takes for now. */
export async function cacheClockMs(file: string): Promise<number> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const probe = `${file}.${randomUUID()}`;
  const handle = await open(probe, 'wx', 0o600);
  try {
    return (await handle.stat()).mtimeMs;
  } finally {
    await handle.close();
    await rm(probe, { force: true });
  }
}
