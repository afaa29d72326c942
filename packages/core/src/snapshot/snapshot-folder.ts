import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { BlobStore } from '../blob/index.ts';
import { DestinoError, isDestinoError } from '../errors/index.ts';
import { changedWhileRead, hashFile } from './hash-file.ts';
import { inParallel } from './in-parallel.ts';
import { checkLimits, defaultSnapshotLimits, type SnapshotLimits } from './limits.ts';
import { linkLeadsOut } from './link-containment.ts';
import { manifestText, sha256, type Manifest, type ManifestEntry } from './manifest.ts';
import type { FileNode } from './nodes.ts';
import { scanFolder, type ScanProblem, type ScanResult } from './scan-folder.ts';
import { sendMissing } from './send-missing.ts';
import { cacheClockMs, readStatCache, writeStatCache, type KnownTree } from './stat-cache.ts';

export interface SnapshotProgress {
  phase: 'read' | 'send';
  doneFiles: number;
  totalFiles: number;
  doneBytes: number;
  totalBytes: number;
}

export interface SnapshotOptions {
  /** Where content goes. What it has already is not sent. */
  blobs: BlobStore;
  /** A file of ours that remembers what was read, so that an unchanged folder costs milliseconds. One for each folder. */
  cacheFile?: string | undefined;
  /** Default: `defaultSnapshotLimits`. `Infinity` lifts one. */
  limits?: Partial<SnapshotLimits> | undefined;
  /** Takes all there is, whatever ignore files say, as for a model. Default false. */
  everything?: boolean | undefined;
  /** Absolute paths that are never part of it, as a state folder. `.git` and `.destino` never are, nor is the cache. */
  never?: readonly string[] | undefined;
  onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface SnapshotStats {
  files: number;
  links: number;
  sizeBytes: number;
  /** Files that had to be read, since nothing was remembered of them. */
  hashed: number;
  /** Files whose content the store lacked, and the bytes that went. */
  sent: number;
  sentBytes: number;
  /** Files whose content the store had, or that share it with one that was sent. */
  skipped: number;
}

export interface Snapshot {
  hash: string;
  manifest: Manifest;
  stats: SnapshotStats;
  /** What did not go as it should without changing the result: a cache that cannot be written. */
  notes: string[];
}

const readAtOnce = 8;
/** A scan goes on past the limit, so that the largest can be named, but not through millions of files. */
const leastGivingUp = 100_000;
const mostAttempts = 3;

/**
 * Takes a content-addressed copy of a folder: its manifest and the content of all its files are in `blobs` afterwards,
 * the manifest last, so that a store that has a manifest has all of its content.
 *
 * What `.amlignore` names is left out; where the folder has none, what `.gitignore` names; both in every folder below
 * too, read as git does. Ignore files above the folder, and the user's own, do not count: a snapshot depends on nothing
 * outside of its folder. Links are kept where they stay inside. Empty folders leave no trace.
 *
 * @throws {DestinoError} `not-found`; `config-invalid` for what cannot be part of a snapshot (named, all at once) and
 *   when it is over a limit (with the largest offenders); `conflict` when a file changes while it is read; `aborted`
 */
export async function snapshotFolder(folder: string, options: SnapshotOptions): Promise<Snapshot> {
  const root = checkedFolder(folder);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await takeSnapshot(root, options);
    } catch (error) {
      if (attempt >= mostAttempts || !isDestinoError(error, 'conflict') || options.signal?.aborted) throw error;
    }
  }
}

async function takeSnapshot(folder: string, options: SnapshotOptions): Promise<Snapshot> {
  const { cacheFile, signal } = options;
  if (signal?.aborted) throw new DestinoError('aborted', `taking a snapshot of ${folder} was aborted`, { cause: signal.reason });
  // No file has the empty name, so no rules are found.
  const ignoreFile = options.everything === true ? '' : existsSync(path.join(folder, '.amlignore')) ? '.amlignore' : '.gitignore';
  const cache = await openCache(cacheFile, folder, ignoreFile);
  const limits = { ...defaultSnapshotLimits, ...options.limits };
  const never = [...(options.never ?? []), ...(cacheFile === undefined ? [] : [path.resolve(cacheFile)])];
  const mostFiles = Math.max(leastGivingUp, limits.maxFiles * 2);
  const scan = await scanFolder(folder, { ignoreFile, never, known: cache.known?.root, knownReadMs: cache.known?.readMs, mostFiles, signal });
  refuseProblems(folder, ignoreFile, scan);
  checkLimits(folder, scan, limits, `name what is not code in ${path.join(folder, ignoreFile)}, pass data as an input, or raise the limit`);
  const hashed = await hashUnread(folder, scan, options);
  refuseProblems(folder, ignoreFile, scan);
  const manifest = manifestOf(scan.leaves);
  const hash = hashed === 0 && scan.isSameContent && cache.known !== undefined ? cache.known.manifestHash : sha256(manifestText(manifest));
  const sent = await sendMissing(folder, hash, manifest, options);
  if (!scan.isSameState) await cache.write({ root: scan.root, readMs: cache.readMs, manifestHash: hash });
  const links = manifest.entries.filter(({ link }) => link !== undefined).length;
  const files = manifest.entries.length - links;
  const stats = { files, links, sizeBytes: scan.sizeBytes, hashed, sent: sent.files, sentBytes: sent.bytes, skipped: files - sent.files };
  return { hash, manifest, stats, notes: cache.notes };
}

interface OpenCache {
  known: KnownTree | undefined;
  readMs: number;
  /** What kept the cache from being used; a snapshot does not depend on it. */
  notes: string[];
  write(tree: KnownTree): Promise<void>;
}

async function openCache(file: string | undefined, folder: string, ignoreFile: string): Promise<OpenCache> {
  const notes: string[] = [];
  const unusable = (error: unknown): undefined => {
    notes.push(`the stat cache ${file} cannot be used, so that files are read each time: ${error instanceof Error ? error.message : String(error)}`);
  };
  if (file === undefined) return { known: undefined, readMs: 0, notes, write: async () => {} };
  const readMs = await cacheClockMs(file).catch(unusable);
  if (readMs === undefined) return { known: undefined, readMs: 0, notes, write: async () => {} };
  const known = await readStatCache(file, folder, ignoreFile).catch(unusable);
  return { known, readMs, notes, write: async (tree) => writeStatCache(file, folder, ignoreFile, tree).catch(unusable) };
}

function checkedFolder(folder: string): string {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) throw new DestinoError('not-found', `there is no folder ${folder}`, { hint: 'name an existing folder as `code`' });
  const real = realpathSync(folder);
  if (lstatSync(real).isDirectory()) return real;
  throw new DestinoError('config-invalid', `${folder} is not a folder`, { hint: 'name the folder that holds the code, not a file of it' });
}

/** Everything that cannot be part of a snapshot, in one error. */
function refuseProblems(folder: string, ignoreFile: string, { leaves, problems }: ScanResult): void {
  const links = new Map(leaves.filter((node) => node.kind === 'link').map(({ path: at, target }) => [at, target]));
  const leadingOut = [...links.keys()]
    .filter((link) => linkLeadsOut(links, link))
    .map((link): ScanProblem => ({ path: link, reason: `it is a link that leads out of the folder, to ${JSON.stringify(links.get(link))}` }));
  const all = [...problems, ...leadingOut];
  if (all.length === 0) return;
  const named = all.slice(0, 10).map(({ path: at, reason }) => `${JSON.stringify(at)}: ${reason}`);
  const more = all.length > named.length ? `; and ${all.length - named.length} more` : '';
  throw new DestinoError('config-invalid', `the code folder ${folder} holds what cannot be part of a snapshot: ${named.join('; ')}${more}`, {
    hint: `name it in ${path.join(folder, ignoreFile)} if the code does not need it; make a link relative, and its target part of the folder`,
    scope: folder,
    details: { problems: all.slice(0, 100).map((problem) => ({ ...problem })) },
  });
}

async function hashUnread(folder: string, scan: ScanResult, { onProgress, signal }: SnapshotOptions): Promise<number> {
  if (scan.isSameContent) return 0;
  const unread = scan.leaves.filter((node) => node.kind === 'file').filter(({ hash }) => hash === '');
  const progress: SnapshotProgress = { phase: 'read', doneFiles: 0, totalFiles: unread.length, doneBytes: 0, totalBytes: unread.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  await inParallel(unread, readAtOnce, async (node) => {
    const onBytes = (bytes: number): void => {
      progress.doneBytes = Math.min(progress.doneBytes + bytes, progress.totalBytes);
      onProgress?.({ ...progress });
    };
    await hashFile(path.join(folder, node.path), node, { signal, onBytes }).catch((error: unknown) => scan.problems.push(unreadable(node, error)));
    progress.doneFiles += 1;
    onProgress?.({ ...progress });
  });
  return unread.length;
}

/** What a failed reading says of the file; throws what says nothing of it, and what another attempt may help. */
function unreadable(node: FileNode, error: unknown): ScanProblem {
  if (isDestinoError(error)) throw error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(code)) throw changedWhileRead(node.path);
  return { path: node.path, reason: code === 'EACCES' || code === 'EPERM' ? 'it may not be read by this user' : `it cannot be read: ${String(error)}` };
}

function manifestOf(leaves: ScanResult['leaves']): Manifest {
  const entries = leaves.map((node): ManifestEntry => {
    if (node.kind === 'file') return { path: node.path, mode: node.isExecutable ? 0o755 : 0o644, sizeBytes: node.sizeBytes, hash: node.hash };
    return { path: node.path, mode: 0o644, sizeBytes: Buffer.byteLength(node.target), hash: sha256(node.target), link: node.target };
  });
  return { version: 1, entries };
}
