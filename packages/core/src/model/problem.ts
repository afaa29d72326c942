import { z } from 'zod';

/** One fault of something a user wrote. `path` is a dotted field path (`resources.nodes`), empty for the whole. */
export const problemSchema = z.object({
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  code: z.string().min(1),
  message: z.string().min(1),
  hint: z.string().optional(),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
  excerpt: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
