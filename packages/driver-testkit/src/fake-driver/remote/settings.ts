import { z } from 'zod';
import { traitsSchema } from '@destino/core/driver';

/** How the remote world behaves; every time is in milliseconds. */
export const remoteSettingsSchema = z.strictObject({
  once: traitsSchema.shape.once.default('remote'),
  queue: traitsSchema.shape.queue.default('target'),
  logs: traitsSchema.shape.logs.default('exact'),
  timeout: traitsSchema.shape.timeout.default('target'),
  /** Nodes that can run at once. Absent: any number. */
  slots: z.int().nonnegative().optional(),
  /** What was made is absent, inconclusively, for so long. */
  visibleAfterMs: z.int().nonnegative().default(0),
  /** What ended is absent after so long. */
  forgetAfterMs: z.int().nonnegative().optional(),
  /** Absence of what was there once is conclusive. */
  tombstones: z.boolean().default(true),
  /** With `logs: gaps`, the newest bytes of each source that can still be read. */
  logWindowBytes: z.int().positive().default(4096),
  /** What the remote's clock is ahead of the world's. */
  clockOffsetMs: z.int().default(0),
  /** More live jobs than this are refused with `quota`. */
  quotaJobs: z.int().nonnegative().optional(),
  /** How long a target takes to be made, deleted, started or stopped. */
  targetChangeMs: z.int().nonnegative().default(0),
  retryAfterMs: z.int().nonnegative().default(1000),
});
export type RemoteSettings = z.infer<typeof remoteSettingsSchema>;
export type RemoteSettingsInput = z.input<typeof remoteSettingsSchema>;
