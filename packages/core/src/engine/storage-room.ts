import { DestinoError } from '../errors/index.ts';

/** How full the place is where the workspace keeps its rows and bytes. */
export type StorageRoom = {
  freeBytes: number;
  totalBytes: number;
  /** What the workspace itself holds there, the largest first. */
  holders: { what: string; sizeBytes: number }[];
};

/** Asks the host; `undefined` where it cannot be known. */
export type MeasureRoom = () => Promise<StorageRoom | undefined>;

const reserveBytes = 2 * 1024 ** 3;
const reserveShare = 0.05;

function gigabytes(sizeBytes: number): string {
  return `${(sizeBytes / 1024 ** 3).toFixed(1)} GB`;
}

/**
 * Refuses new work when less than 5 % of the disk, or less than 2 GB of it, is free, or when the workspace holds more than
 * its quota: jobs that run need the rest for their logs and for the journal. @throws `quota` naming the largest holders.
 */
export function refuseWithoutRoom(room: StorageRoom | undefined, quotaBytes: number | undefined): void {
  if (room === undefined) return;
  const heldBytes = room.holders.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  // On a disk smaller than 40 GB the share is what counts: two of four would be half.
  const wantedBytes = Math.min(reserveBytes, room.totalBytes * reserveShare);
  const full = room.freeBytes < wantedBytes;
  const over = quotaBytes !== undefined && heldBytes > quotaBytes;
  if (!full && !over) return;
  const holders = room.holders.slice(0, 3).map(({ what, sizeBytes }) => `${what} ${gigabytes(sizeBytes)}`);
  const text = full ? `only ${gigabytes(room.freeBytes)} of ${gigabytes(room.totalBytes)} are free on the disk of the workspace` : `the workspace holds ${gigabytes(heldBytes)}, its quota is ${gigabytes(quotaBytes ?? 0)}`;
  throw new DestinoError('quota', `no new work is taken: ${text}; it holds ${holders.join(', ') || 'nothing itself'}`, {
    hint: 'free what is no longer needed: destino prune',
    details: { freeBytes: room.freeBytes, totalBytes: room.totalBytes, holders: room.holders },
  });
}
