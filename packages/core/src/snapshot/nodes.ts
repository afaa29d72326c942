import type { Stats } from 'node:fs';

/** What tells, without reading it, that a file or folder is what it was. Times are the file system's. */
export interface Stamp {
  sizeBytes: number;
  mtimeMs: number;
  ctimeMs: number;
  inode: number;
}

export interface FileNode extends Stamp {
  kind: 'file';
  path: string;
  isExecutable: boolean;
  /** Empty while nobody has read the file. */
  hash: string;
}

export interface LinkNode {
  kind: 'link';
  path: string;
  target: string;
}

/** A folder with what is kept of it, in the order of the paths below it. */
export interface FolderNode extends Stamp {
  kind: 'folder';
  path: string;
  /** The folder's ignore file, empty without one. Another text here means that verdicts must be found anew. */
  rulesStamp: string;
  children: ScanNode[];
}

export type ScanNode = FileNode | LinkNode | FolderNode;

export function stampOf(stats: Stats): Stamp {
  return { sizeBytes: stats.size, mtimeMs: stats.mtimeMs, ctimeMs: stats.ctimeMs, inode: stats.ino };
}

export function isStampOf(stats: Stats, stamp: Stamp): boolean {
  return stats.mtimeMs === stamp.mtimeMs && stats.ctimeMs === stamp.ctimeMs && stats.size === stamp.sizeBytes && stats.ino === stamp.inode;
}

export function sameStamp(a: Stamp, b: Stamp): boolean {
  return a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.sizeBytes === b.sizeBytes && a.inode === b.inode;
}

/** How far a file system's clock may stand still: times in whole seconds come from one that counts in seconds, or in twos. */
const fineTickMs = 100;
const coarseTickMs = 2_100;

/**
 * Whether a later change must show in the stamp. What changed in the very tick in which it was read may change once
 * more within it, at the same size, and look the same; so only stamps older than `readMs` by more than a tick count.
 */
export function isSettled(stamp: Stamp, readMs: number): boolean {
  const newestMs = Math.max(stamp.mtimeMs, stamp.ctimeMs);
  return newestMs < readMs - (stamp.ctimeMs % 1000 === 0 ? coarseTickMs : fineTickMs);
}
