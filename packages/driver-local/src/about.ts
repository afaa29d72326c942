import { readFileSync } from 'node:fs';
import { ownerSchema } from '@destino/core/model';
import { z } from 'zod';
import { errnoOf } from './map-error.ts';

/** The output that holds `metrics.jsonl`. No job can have one of its own by that name. */
export const metricsOutput = 'destino.metrics';

/** What the job's folder tells of itself: whose it is and where its outputs lie. */
export const aboutSchema = z.object({
  key: z.string(),
  name: z.string(),
  owner: ownerSchema,
  createdAt: z.string(),
  /** Output name to path; `outputs` is the default folder, whatever the command writes there unasked. */
  outputs: z.record(z.string(), z.string()),
  /** Its job is the host of a service. */
  service: z.boolean().optional(),
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

/** What stands in a folder's file, `undefined` where there is none. */
export function readAbout(path: string): About | undefined {
  try {
    return parseAbout(readFileSync(path, 'utf8'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
