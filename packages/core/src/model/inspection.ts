import { z } from 'zod';
import { errorDataSchema } from '../errors/index.ts';
import { exitSchema } from './exit.ts';
import { handleSchema } from './handle.ts';
import { jsonSchema } from './json.ts';
import { reasonSchema } from './reason.ts';
import { seenJobStateSchema, serviceStateSchema, targetStateSchema } from './state-schema.ts';

const seen = {
  seen: z.literal('yes'),
  /** The vendor's own word. */
  rawState: z.string(),
  reasons: z.array(reasonSchema).default([]),
  /** When to look again, where the platform said so. Milliseconds. */
  pollAfterMs: z.number().nonnegative().optional(),
  /** Replaces the stored handle: pids, pod uids and requeue ids appear only after submission. */
  handle: handleSchema.optional(),
};

/** Not there. `conclusive` is a positive proof: another boot id, a tombstone. */
const absentSchema = z.object({ seen: z.literal('absent'), conclusive: z.boolean(), reasons: z.array(reasonSchema).default([]) });
/** Could not find out. */
const unknownSchema = z.object({ seen: z.literal('unknown'), error: errorDataSchema });

export const jobViewSchema = z.object({
  ...seen,
  state: seenJobStateSchema,
  /** One entry per node, once ended. */
  exits: z.array(exitSchema).default([]),
  /** As the target's clock says; never compared with ours. */
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
});
export type JobView = z.infer<typeof jobViewSchema>;

export const copiesSchema = z.object({
  want: z.int().nonnegative(),
  ready: z.int().nonnegative(),
  failed: z.int().nonnegative(),
  unreachable: z.int().nonnegative().default(0),
});
export type Copies = z.infer<typeof copiesSchema>;

export const serviceViewSchema = z.object({ ...seen, state: serviceStateSchema, revision: z.int().positive(), copies: copiesSchema });
export type ServiceView = z.infer<typeof serviceViewSchema>;

const acceptsSchema = z.union([z.literal(true), reasonSchema]);
export const targetViewSchema = z.object({
  ...seen,
  state: targetStateSchema,
  accepts: z.object({ jobs: acceptsSchema, services: acceptsSchema }),
  attributes: z.record(z.string(), jsonSchema).default({}),
});
export type TargetView = z.infer<typeof targetViewSchema>;

export const jobInspectionSchema = z.discriminatedUnion('seen', [jobViewSchema, absentSchema, unknownSchema]);
export type JobInspection = z.infer<typeof jobInspectionSchema>;
export const serviceInspectionSchema = z.discriminatedUnion('seen', [serviceViewSchema, absentSchema, unknownSchema]);
export type ServiceInspection = z.infer<typeof serviceInspectionSchema>;
export const targetInspectionSchema = z.discriminatedUnion('seen', [targetViewSchema, absentSchema, unknownSchema]);
export type TargetInspection = z.infer<typeof targetInspectionSchema>;

/** The answer of `find`: the handle, or that there is none and how sure that is. */
export const foundSchema = z.discriminatedUnion('found', [
  z.object({ found: z.literal(true), handle: handleSchema }),
  z.object({ found: z.literal(false), conclusive: z.boolean() }),
]);
export type Found = z.infer<typeof foundSchema>;
