import { DestinoError } from '../errors/index.ts';
import type { FolderNode, ScanNode } from './nodes.ts';
import type { ScanResult } from './scan-folder.ts';

export interface SnapshotLimits {
  maxFiles: number;
  maxBytes: number;
}

/** Azure ML's limits for a run's source folder. */
export const defaultSnapshotLimits: SnapshotLimits = { maxFiles: 2_000, maxBytes: 300 * 1024 * 1024 };

interface Offender {
  path: string;
  files: number;
  sizeBytes: number;
}

const mostOffenders = 5;

/** @throws {DestinoError} `config-invalid`, naming what takes most, when the tree is over a limit */
export function checkLimits(folder: string, scan: ScanResult, limits: SnapshotLimits, hint: string): void {
  const { root, isPartial, ...whole } = scan;
  const tooMany = whole.files > limits.maxFiles || isPartial;
  if (!tooMany && whole.sizeBytes <= limits.maxBytes) return;
  const by = tooMany ? 'files' : 'sizeBytes';
  const offenders = largest(root, by);
  const amounts = `${isPartial ? 'more than ' : ''}${whole.files} files, ${mebibytes(whole.sizeBytes)}`;
  const allowed = `${limits.maxFiles} files, ${mebibytes(limits.maxBytes)}`;
  const list = offenders.map(({ path, files, sizeBytes }) => `${JSON.stringify(path)} (${files} files, ${mebibytes(sizeBytes)})`).join(', ');
  throw new DestinoError('config-invalid', `the code folder ${folder} is too large for a snapshot: ${amounts}; allowed are ${allowed}. Most lies in ${list}`, {
    hint,
    scope: folder,
    details: { files: whole.files, sizeBytes: whole.sizeBytes, limits: { ...limits }, offenders: offenders.map((offender) => ({ ...offender })) },
  });
}

/** The files and folders that hold most, a folder being replaced by what is in it where one child makes up nearly all. */
function largest(root: FolderNode, by: 'files' | 'sizeBytes'): Offender[] {
  const offenders = root.children.map((child) => narrow(child, by));
  return offenders.sort((a, b) => b[by] - a[by] || b.sizeBytes - a.sizeBytes || (a.path < b.path ? -1 : 1)).slice(0, mostOffenders);
}

function narrow(node: ScanNode, by: 'files' | 'sizeBytes'): Offender {
  const own = weigh(node);
  if (node.kind !== 'folder') return own;
  const child = node.children.find((candidate) => candidate.kind !== 'link' && weigh(candidate)[by] >= own[by] * 0.8);
  return child === undefined || (by === 'files' && child.kind === 'file') ? own : narrow(child, by);
}

function weigh(node: ScanNode): Offender {
  if (node.kind === 'link') return { path: node.path, files: 1, sizeBytes: 0 };
  if (node.kind === 'file') return { path: node.path, files: 1, sizeBytes: node.sizeBytes };
  const inside = node.children.map(weigh);
  return { path: node.path, files: sum(inside, 'files'), sizeBytes: sum(inside, 'sizeBytes') };
}

function sum(offenders: readonly Offender[], by: 'files' | 'sizeBytes'): number {
  return offenders.reduce((total, offender) => total + offender[by], 0);
}

function mebibytes(sizeBytes: number): string {
  return `${(sizeBytes / 1024 / 1024).toFixed(1)} MiB`;
}
