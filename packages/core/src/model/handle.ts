import { z } from 'zod';
import { jsonSchema } from './json.ts';

/** Handles are stored with every attempt and travel in logs: small, and without secrets. */
export const maxHandleBytes = 8192;

/**
 * The driver-owned JSON by which a job, service or target is found again after a restart; opaque to the engine.
 * `id` is the remote name a person would look for.
 */
export const handleSchema = z.object({
  kind: z.string().min(1),
  stateVersion: z.int().positive(),
  id: z.string().min(1),
  state: jsonSchema,
});
export type Handle = z.infer<typeof handleSchema>;
