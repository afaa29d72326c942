import { z } from 'zod';
import { handleSchema, jobStateSchema, jsonSchema, keySchema, reasonSchema, exitSchema, outputFileSchema } from '../model/index.ts';

/**
 * What hosts claim and supervise. A `watch` is the engine's own: a key under which something may still appear, kept
 * after its job was given up so that what appears is ended. A `model` is at rest: one version of one.
 */
export const recordTypes = ['job', 'service', 'target', 'watch', 'endpoint', 'model'] as const;
export const recordTypeSchema = z.enum(recordTypes);
export type RecordType = z.infer<typeof recordTypeSchema>;

/** What a user asked for after the fact. Written by anybody, read by the owner; never taken back by the engine. */
export const requestsSchema = z.object({
  cancel: z.object({ by: z.string().optional(), atMs: z.number(), graceMs: z.number().optional() }).optional(),
  /** Ends a job as `lost` by the user's word. */
  abandon: z.object({ by: z.string().optional(), atMs: z.number() }).optional(),
  /** Undeploys a service, lets a target go. */
  remove: z.object({ by: z.string().optional(), atMs: z.number() }).optional(),
  /** The revision of a service or an endpoint that is wanted now. */
  revise: z.object({ by: z.string().optional(), atMs: z.number(), revision: z.int().positive(), spec: jsonSchema }).optional(),
  /** Somebody on another host reads the log as it grows, until this time; asked anew while they do. */
  follow: z.object({ untilMs: z.number() }).optional(),
});
export type Requests = z.infer<typeof requestsSchema>;
export type RequestName = keyof Requests;

/** One row that hosts claim. Times in `…Ms` are the store's own clock; `createdAt` is a wall clock, for people. */
export const storeRecordSchema = z.object({
  type: recordTypeSchema,
  id: keySchema,
  /** Unique among the records of its type. */
  name: z.string().min(1),
  /** `command`, `group`, … for jobs; the driver's kind for targets. */
  kind: z.string().min(1),
  parent: keySchema.optional(),
  /** The target that it stands on now. */
  target: z.string().optional(),
  state: z.string().min(1),
  /** False once no host has anything to do for it. */
  active: z.boolean(),
  /** What a host must offer to serve it, sorted: `driver:ssh/1`, `host:…`, `secret:…`. */
  needs: z.array(z.string()),
  /** The owner's session; absent while nobody supervises. */
  session: z.string().optional(),
  /** Grows with every claim; a write with a smaller one is refused. */
  fence: z.int().nonnegative(),
  /** Counts requests; `pokeSeen` is the count at the owner's last write. */
  poke: z.int().nonnegative(),
  pokeSeen: z.int().nonnegative(),
  /** Counts all writes, for ETags. */
  version: z.int().positive(),
  /** Order of creation in the workspace. */
  seq: z.int().positive(),
  events: z.int().nonnegative(),
  createdAt: z.string(),
  createdBy: z.string().optional(),
  updatedMs: z.number(),
  requests: requestsSchema,
  /** What was asked for at creation; never changes. */
  spec: jsonSchema,
  /** What the engine knows; its shape belongs to the record's type. */
  doc: jsonSchema,
});
export type StoreRecord = z.infer<typeof storeRecordSchema>;

/** A record as its creator gives it; the store adds the rest. `id` is a fresh key. */
export type NewRecord = Pick<StoreRecord, 'type' | 'id' | 'name' | 'kind' | 'state' | 'active' | 'needs' | 'createdAt' | 'spec' | 'doc'> &
  Partial<Pick<StoreRecord, 'parent' | 'target' | 'createdBy'>>;

export const attemptPhases = ['staging', 'ready', 'submitting', 'live', 'ended', 'drained', 'collected', 'released'] as const;
export const attemptPhaseSchema = z.enum(attemptPhases);
export type AttemptPhase = z.infer<typeof attemptPhaseSchema>;

/** The end of an attempt as the engine judges it. */
export const verdictSchema = z.object({
  state: jobStateSchema,
  reason: reasonSchema.optional(),
  /** What the retry policy goes by. */
  cause: z.enum(['user', 'no-capacity', 'preempted', 'lost', 'failed', 'timeout', 'platform', 'none']),
  /** False while the old attempt might still run somewhere. */
  conclusive: z.boolean(),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** One try of a job on one target, or one revision of a service. */
export const attemptSchema = z.object({
  key: keySchema,
  record: keySchema,
  number: z.int().positive(),
  target: z.string(),
  targetRevision: z.int().positive(),
  phase: attemptPhaseSchema,
  handle: handleSchema.optional(),
  staged: jsonSchema.optional(),
  /** The target's view when last seen. */
  state: z.string().optional(),
  rawState: z.string().optional(),
  reasons: z.array(reasonSchema).default([]),
  exits: z.array(exitSchema).default([]),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  createdMs: z.number(),
  submittedMs: z.number().optional(),
  /** First time it was seen running: the engine's time-outs count from here. */
  runningMs: z.number().optional(),
  seenMs: z.number().optional(),
  absentSinceMs: z.number().optional(),
  absentCount: z.int().nonnegative().default(0),
  unknownSinceMs: z.number().optional(),
  cancelSentMs: z.number().optional(),
  cancelCause: z.enum(['user', 'timeout', 'lost']).optional(),
  /** Of the driver's log; committed together with the segments. */
  logCursor: z.string().optional(),
  outputs: z.array(outputFileSchema).optional(),
  /** A snapshot of the checkpoint folder, for the next attempt. */
  checkpoint: z.string().optional(),
  verdict: verdictSchema.optional(),
  /** Failures in a row of the step that the phase waits for. */
  failures: z.int().nonnegative().default(0),
});
export type Attempt = z.infer<typeof attemptSchema>;

/** Part of one log (`source` and stream) in one blob; `lengthBytes` of it count, whatever the blob holds beyond. */
export const segmentSchema = z.object({
  attempt: keySchema,
  /** Order among the attempt's segments. */
  ordinal: z.int().nonnegative(),
  source: z.string(),
  stream: z.string(),
  /** Absent for a gap. A name in the blob store, or a path of this machine where `local` is set. */
  blob: z.string().optional(),
  local: z.boolean().default(false),
  /** Offset of its first byte within its log. */
  startBytes: z.int().nonnegative(),
  lengthBytes: z.int().nonnegative(),
  gap: z.object({ reason: z.string(), bytes: z.int().nonnegative().optional() }).optional(),
});
export type Segment = z.infer<typeof segmentSchema>;

/** One thing that happened to a record. `number` counts from 1 within the record, without holes. */
export const storeEventSchema = z.object({
  record: keySchema,
  number: z.int().positive(),
  /** Position in the workspace's feed; grows, with holes. */
  position: z.int().positive(),
  at: z.string(),
  type: z.string().min(1),
  data: jsonSchema,
});
export type StoreEvent = z.infer<typeof storeEventSchema>;
export type NewEvent = Pick<StoreEvent, 'type' | 'data' | 'at'>;
