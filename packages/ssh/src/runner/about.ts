import { ownerSchema } from '@destino/core/model';
import { z } from 'zod';

/** The output that holds `metrics.jsonl`. No job can have one of its own by that name. */
export const metricsOutput = 'destino.metrics';

/** What a job's folder tells of itself: whose it is and where its outputs lie. The same as `local` writes. */
export const aboutSchema = z.object({
  key: z.string(),
  name: z.string(),
  owner: ownerSchema,
  createdAt: z.string(),
  /** Output name to path there. */
  outputs: z.record(z.string(), z.string()),
  notes: z.array(z.string()).default([]),
});
export type About = z.infer<typeof aboutSchema>;

export function parseAbout(text: string): About | undefined {
  try {
    return aboutSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // cut short by a full disk or a power cut: nobody's
  }
}
