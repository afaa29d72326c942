import { z } from 'zod';
import { jsonSchema } from './json.ts';

/** What a job wants of a target. Absent means: whatever the target gives. */
export const resourcesSchema = z.object({
  nodes: z.int().positive().default(1),
  processesPerNode: z.int().positive().default(1),
  cores: z.number().positive().optional(),
  memoryBytes: z.int().positive().optional(),
  gpus: z.int().nonnegative().optional(),
  gpuModel: z.string().optional(),
  shmBytes: z.int().positive().optional(),
  /** The size as written, for targets that know it: a VM size or a named instance type. */
  instanceType: z.string().optional(),
  /** A driver's own options, from `resources.properties.<kind>`; validated by its `jobSchema`. */
  properties: z.record(z.string(), jsonSchema).default({}),
});
export type Resources = z.infer<typeof resourcesSchema>;
