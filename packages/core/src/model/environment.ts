import { z } from 'zod';
import { secretReferenceSchema } from './secret.ts';

/**
 * What the code needs, decided before a driver sees it. `hash` and `snapshot` name content of the workspace. A `relaxed`
 * virtual environment goes without what cannot be had, and says so.
 */
export const environmentSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('host') }),
  z.object({ kind: z.literal('venv'), hash: z.string(), requirements: z.array(z.string()), python: z.string().optional(), relaxed: z.boolean().optional() }),
  z.object({ kind: z.literal('conda'), hash: z.string(), file: z.string() }),
  z.object({ kind: z.literal('image'), image: z.string(), pull: secretReferenceSchema.optional(), condaFile: z.string().optional() }),
  z.object({ kind: z.literal('build'), snapshot: z.string(), dockerfile: z.string() }),
  z.object({ kind: z.literal('curated'), name: z.string(), version: z.string().optional() }),
]);
export type Environment = z.infer<typeof environmentSchema>;
