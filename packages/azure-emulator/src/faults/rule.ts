import { z } from 'zod';

/**
 * What goes wrong. On the way: `status` (refused before any effect), `reset` (connection gone before any effect),
 * `lose-answer` (the effect happens, the answer is lost), `reset-body` (the answer breaks off half way), `slow`.
 * In the services: `stuck` (an operation never ends), `unseen` (404 for what was just made), `quota`, `capacity`,
 * `preempt` (a spot group is taken away), `image-pull`, `expired-token`.
 */
export const faultEffects = [
  'status', 'reset', 'lose-answer', 'reset-body', 'slow', 'stuck', 'unseen', 'quota', 'capacity', 'preempt', 'image-pull', 'expired-token',
] as const;
export type FaultEffect = (typeof faultEffects)[number];

export const faultRuleSchema = z.strictObject({
  effect: z.enum(faultEffects),
  /** HTTP methods that it may meet. Absent: all. */
  methods: z.array(z.string()).optional(),
  /** A regular expression over the operation's name, as `ContainerGroups_CreateOrUpdate`. */
  operation: z.string().optional(),
  /** A regular expression over the path, or over what the effect is about (an image, a group's id). */
  path: z.string().optional(),
  /** Lets so many matching cases pass first. */
  skip: z.int().nonnegative().default(0),
  /** Strikes at most so often. Absent: always. */
  times: z.int().positive().optional(),
  /** Strikes by chance, from the emulator's seed. */
  probability: z.number().min(0).max(1).default(1),
  /** Of `status`. */
  status: z.int().min(400).max(599).default(503),
  code: z.string().default('ServiceUnavailable'),
  message: z.string().default('The service is unavailable (a fault that was asked for).'),
  retryAfterSeconds: z.int().nonnegative().optional(),
  /** Of `slow`, in real milliseconds; of `unseen`, how long after the creation, in the emulator's. */
  delayMs: z.int().nonnegative().default(2000),
});
export type FaultRule = z.infer<typeof faultRuleSchema>;
export type FaultRuleInput = z.input<typeof faultRuleSchema>;
