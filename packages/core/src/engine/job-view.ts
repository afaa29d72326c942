import { z } from 'zod';
import { exitSchema, jobStateSchema, outputFileSchema, reasonSchema, textMapSchema, type JobState } from '../model/index.ts';
import type { Attempt, StoreRecord } from '../store/index.ts';
import { jobDocSchema, jobRequestSchema } from './documents.ts';

export const attemptViewSchema = z.object({
  number: z.int().positive(),
  target: z.string(),
  key: z.string(),
  state: z.string(),
  rawState: z.string().optional(),
  reason: reasonSchema.optional(),
  exits: z.array(exitSchema),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
});

/** A job as users and programs see it. Fields are only ever added within a major version. */
export const jobViewObjectSchema = z.object({
  schemaVersion: z.literal(1),
  id: z.string(),
  name: z.string(),
  displayName: z.string().optional(),
  experiment: z.string().optional(),
  kind: z.string(),
  parent: z.string().optional(),
  target: z.string().optional(),
  targets: z.array(z.string()),
  state: jobStateSchema,
  rawState: z.string().optional(),
  reason: reasonSchema.optional(),
  waitingFor: z.array(reasonSchema),
  exitCode: z.int().optional(),
  signal: z.string().optional(),
  attempt: z.int().nonnegative(),
  attempts: z.array(attemptViewSchema),
  createdAt: z.string(),
  createdBy: z.string().optional(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  file: z.string().optional(),
  snapshot: z.string().optional(),
  environment: z.string().optional(),
  outputs: z.array(outputFileSchema),
  tags: textMapSchema,
  /** Whether a living host looks after it; meaningful while it is unfinished. */
  supervised: z.boolean(),
});
export type Job = z.infer<typeof jobViewObjectSchema>;

/** The record of a job and its attempts as one object. Without `living`, the sessions that live, its owner counts as alive. */
export function jobOf(record: StoreRecord, attempts: readonly Attempt[], living?: ReadonlySet<string>): Job {
  const request = jobRequestSchema.parse(record.spec);
  const doc = jobDocSchema.parse(record.doc);
  const { displayName, experiment, file, spec } = request;
  const { rawState, reason, exitCode, signal, startedAt, finishedAt } = doc;
  const optional = { displayName, experiment, file, rawState, reason, exitCode, signal, startedAt, finishedAt, parent: record.parent, target: record.target, createdBy: record.createdBy, snapshot: spec?.snapshot, environment: spec?.environment.kind };
  return jobViewObjectSchema.parse({
    ...optional,
    schemaVersion: 1,
    id: record.id,
    name: record.name,
    kind: record.kind,
    targets: request.targets,
    state: record.state as JobState,
    waitingFor: record.active ? doc.waitingFor : [],
    attempt: doc.attempt,
    attempts: attempts.map(attemptView),
    createdAt: record.createdAt,
    outputs: doc.outputs,
    tags: spec?.tags ?? {},
    supervised: record.session !== undefined && (living === undefined || living.has(record.session)),
  });
}

function attemptView(attempt: Attempt): z.input<typeof attemptViewSchema> {
  const { number, target, key, exits, rawState, startedAt, endedAt } = attempt;
  return { number, target, key, exits, rawState, startedAt, endedAt, state: attempt.verdict?.state ?? attempt.state ?? attempt.phase, reason: attempt.verdict?.reason };
}
