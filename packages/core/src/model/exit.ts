import { z } from 'zod';

/**
 * Why a node's part of the work ended: by itself (`exit`, `signal`), by a limit (`oom`, `timeout`), by the platform
 * (`preempted`, `node-lost`, `platform`), before it began (`image`, `setup`), or by request (`cancelled`).
 */
export const exitCauses = ['exit', 'signal', 'oom', 'timeout', 'preempted', 'node-lost', 'image', 'setup', 'platform', 'cancelled'] as const;
export const exitCauseSchema = z.enum(exitCauses);
export type ExitCause = z.infer<typeof exitCauseSchema>;

/** How one node's part ended. A workload's own failure is data, never an exception. */
export const exitSchema = z.object({
  node: z.int().nonnegative(),
  cause: exitCauseSchema,
  code: z.int().optional(),
  signal: z.string().optional(),
  message: z.string().optional(),
});
export type Exit = z.infer<typeof exitSchema>;
