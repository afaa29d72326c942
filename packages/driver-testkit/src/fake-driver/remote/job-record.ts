import type { ExitCause, JobSpec, Owner } from '@destino/core/model';
import type { Programme } from '../programme.ts';

/** Something outside that ends a node, or all of them, at once. */
export type Strike = { atMs: number; cause: ExitCause; node?: number; code?: number; signal?: string; message?: string };

/** One creation of a job, with all that ever happened to it; its state at any time follows from these. */
export type JobRecord = {
  id: string;
  key: string;
  target: string;
  owner: Owner;
  spec: JobSpec;
  programme: Programme;
  secretLengths: Record<string, number>;
  createdAtMs: number;
  /** Set when it gets its slots. */
  slotAtMs?: number;
  claim?: 'won' | 'lost';
  cancel?: { atMs: number; graceMs: number };
  strikes: Strike[];
  releasedAtMs?: number;
  erased?: { conclusive: boolean; reason: string };
  /** Grows whenever its future changes, so that planned events of an earlier one are void. */
  version: number;
};

export function runAtMs(record: JobRecord): number | undefined {
  return record.slotAtMs === undefined ? undefined : record.slotAtMs + record.programme.prepareMs;
}
