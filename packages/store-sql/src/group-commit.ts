import { isDestinoError } from '@destino/core/errors';
import type { Start } from './executor.ts';

/** A write that waits for its transaction. */
export type Waiting = {
  start: Start<unknown>;
  /** What it is about: writes are ordered by this, so that two transactions lock in the same order. */
  about: string;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
};

/** A write failed in the middle, and took the transaction of its group with it; nothing was written. */
export class GroupBroken extends Error {
  override readonly name = 'GroupBroken';
}

/** Tells one write its end, once the transaction is committed. */
export type Answer = () => void;

/**
 * What to do with a failed write. A task refuses with a `DestinoError` before its first write, so its refusal is its
 * own and leaves the rest of the group alone; any other error ends the transaction for all.
 */
export function refusal(waiting: Waiting, error: unknown): Answer {
  if (isDestinoError(error)) return () => waiting.reject(error);
  throw new GroupBroken('a write failed within its group', { cause: error });
}

/** The groups to try next after one has broken: each write by itself, so that only the culprit fails. */
export function apart(group: readonly Waiting[]): Waiting[][] {
  return group.map((waiting) => [waiting]);
}
