import { z } from 'zod';
import { jobSpecSchema, jsonSchema, keySchema, ownerSchema, reasonSchema, serviceSpecSchema, copiesSchema, handleSchema, outputFileSchema } from '../model/index.ts';

/** The shapes of `spec` and `doc` of each type of record. */

const retryRuleSchema = z.object({
  /** Further attempts for this cause. */
  attempts: z.int().nonnegative(),
  backoffMs: z.int().nonnegative().default(10_000),
});

/** By default what is the platform's fault is tried again, and what is the user's is not. */
export const retryPolicySchema = z.object({
  noCapacity: retryRuleSchema.default({ attempts: 100, backoffMs: 60_000 }),
  preempted: retryRuleSchema.default({ attempts: 20, backoffMs: 10_000 }),
  lost: retryRuleSchema.default({ attempts: 3, backoffMs: 10_000 }),
  platform: retryRuleSchema.default({ attempts: 3, backoffMs: 10_000 }),
  failed: retryRuleSchema.default({ attempts: 0, backoffMs: 10_000 }),
  timeout: retryRuleSchema.default({ attempts: 0, backoffMs: 10_000 }),
});
export type RetryPolicy = z.infer<typeof retryPolicySchema>;

/** A child of a group: its request, and the siblings that must have succeeded before. */
export const groupStepSchema = z.object({ name: z.string().min(1), after: z.array(z.string()).default([]), request: jsonSchema });
export const groupSchema = z.object({
  steps: z.array(groupStepSchema).min(1),
  maxConcurrent: z.int().positive().optional(),
  /** What a failed child means for the others: end them, or let them go on. */
  onFailure: z.enum(['cancel', 'continue']).default('cancel'),
});
export type Group = z.infer<typeof groupSchema>;

/** `spec` of a job: what to run, where in order of preference, and what to do when it goes wrong. */
export const jobRequestSchema = z.object({
  spec: jobSpecSchema.optional(),
  group: groupSchema.optional(),
  targets: z.array(z.string()).default([]),
  retry: retryPolicySchema.prefault({}),
  /** Overrides the target's: how long it may not answer before the job says so. */
  unreachableAfterMs: z.int().positive().optional(),
  displayName: z.string().optional(),
  experiment: z.string().optional(),
  /** Where the file came from, for people. */
  file: z.string().optional(),
});
export type JobRequest = z.infer<typeof jobRequestSchema>;
export type JobRequestInput = z.input<typeof jobRequestSchema>;

/** Why a candidate target did not serve, kept for `why`. */
export const refusalSchema = z.object({ target: z.string(), attempt: z.int().optional(), reason: reasonSchema });
export type Refusal = z.infer<typeof refusalSchema>;

export const jobDocSchema = z.object({
  attempt: z.int().nonnegative().default(0),
  /** Index into the request's targets of the next attempt. */
  candidate: z.int().nonnegative().default(0),
  rawState: z.string().optional(),
  reason: reasonSchema.optional(),
  waitingFor: z.array(reasonSchema).default([]),
  refusals: z.array(refusalSchema).default([]),
  /** Further attempts used, by cause. */
  retries: z.record(z.string(), z.int()).default({}),
  retryAtMs: z.number().optional(),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  outputs: z.array(outputFileSchema).default([]),
  /** A snapshot of the last checkpoint folder. */
  checkpoint: z.string().optional(),
});
export type JobDoc = z.infer<typeof jobDocSchema>;

/** `spec` of a target. Config holds secrets as references only. */
export const targetRequestSchema = z.object({ origin: z.enum(['managed', 'attached', 'built-in']) });
export const targetDocSchema = z.object({
  revision: z.int().positive(),
  /** By revision, as long as an attempt stands on it. */
  configs: z.record(z.string(), jsonSchema),
  reason: reasonSchema.optional(),
  rawState: z.string().optional(),
  attributes: z.record(z.string(), jsonSchema).default({}),
  unreachableAfterMs: z.int().positive().optional(),
});
export type TargetDoc = z.infer<typeof targetDocSchema>;

export const serviceRequestSchema = z.object({ spec: serviceSpecSchema, target: z.string() });
export type ServiceRequest = z.infer<typeof serviceRequestSchema>;
export const serviceDocSchema = z.object({
  /** The revision that the target was last seen to serve. */
  revision: z.int().nonnegative().default(0),
  copies: copiesSchema.optional(),
  rawState: z.string().optional(),
  reason: reasonSchema.optional(),
  waitingFor: z.array(reasonSchema).default([]),
  handle: handleSchema.optional(),
});
export type ServiceDoc = z.infer<typeof serviceDocSchema>;

/** `spec` of a watch: a key that was given up, where something may still appear. */
export const watchRequestSchema = z.object({
  key: keySchema,
  what: z.enum(['job', 'service']),
  target: z.string(),
  targetRevision: z.int().positive(),
  owner: ownerSchema.optional(),
  untilMs: z.number(),
  handle: handleSchema.optional(),
});
export type WatchRequest = z.infer<typeof watchRequestSchema>;
export const watchDocSchema = z.object({ looks: z.int().nonnegative().default(0), ended: z.int().nonnegative().default(0) });
export type WatchDoc = z.infer<typeof watchDocSchema>;
