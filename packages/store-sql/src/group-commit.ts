import { isDestinoError } from '@destino/core/errors';
import type { Start } from './executor.ts';

/** A write that waits for its transaction. */
export type Waiting = { start: Start<unknown>; resolve: (value: unknown) => void; reject: (error: unknown) => void };

/**
 * Runs a group of writes in one transaction, and gives what is to be told to each once that is committed. A task
 * refuses with a `DestinoError` before its first write, so its refusal is its own and leaves the others alone; any
 * other error ends the transaction for all.
 */
export function answerAll(group: readonly Waiting[], run: (start: Start<unknown>) => unknown): (() => void)[] {
  return group.map(({ start, resolve, reject }) => {
    try {
      const value = run(start);
      return () => resolve(value);
    } catch (error) {
      if (!isDestinoError(error)) throw error;
      return () => reject(error);
    }
  });
}
