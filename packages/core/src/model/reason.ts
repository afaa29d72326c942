import { z } from 'zod';

/** Why something is as it is, for `why`. `code` is stable and kebab-case; `fix` is a command or a sentence. */
export const reasonSchema = z.object({
  code: z.string().min(1),
  text: z.string().min(1),
  fix: z.string().optional(),
  since: z.string().optional(),
});
export type Reason = z.infer<typeof reasonSchema>;
