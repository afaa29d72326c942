import { z } from 'zod';

/** Facts about a kind that change how the engine treats it. */
export const traitsSchema = z.strictObject({
  /** Who queues: the target accepts any number and reports `queued` with reasons, or the engine admits by slots. */
  queue: z.enum(['target', 'engine']),
  /**
   * What keeps one key to one effect. `remote`: the API refuses a second creation. `guarded`: read first, and the
   * helper's first act on the target is an atomic claim. `best-effort`: nothing does; after a lost answer the engine
   * never submits again by itself.
   */
  once: z.enum(['remote', 'guarded', 'best-effort']),
  /** From where a handle works: any machine with the same config, or only the one that made it. */
  reach: z.enum(['anywhere', 'host']),
  /** Whether logs resume with nothing lost or repeated, or tell losses as gaps. */
  logs: z.enum(['exact', 'gaps']),
  /** Who ends a job at its time-out; the engine is the backstop of both. */
  timeout: z.enum(['target', 'engine']),
  /** How long the remote side may not show what was just made. Milliseconds; the engine waits at least 60,000. */
  settleMs: z.int().nonnegative(),
  /** The most handles that one `inspect` takes. */
  batch: z.int().positive(),
  /** Remote calls per second that this kind's API allows a caller; the engine stays below. Absent: no limit known. */
  callsPerSecond: z.number().positive().optional(),
});
export type Traits = Readonly<z.infer<typeof traitsSchema>>;
