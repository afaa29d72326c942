import { DestinoError, type ErrorData } from '../errors/index.ts';
import type { Jobs } from '../driver/index.ts';
import type { Handle, JobSpec, Reason } from '../model/index.ts';
import type { Attempt, Change } from '../store/index.ts';
import { jobDocSchema, jobRequestSchema, type JobDoc, type JobRequest } from './documents.ts';
import type { OpenTarget } from './open-targets.ts';
import type { EngineParts } from './parts.ts';
import { isOp, type Tracked } from './tracker.ts';

/** One job in one pass: its rows, read into their shapes, and the way to write them. */
export type JobContext = {
  parts: EngineParts;
  tracked: Tracked;
  request: JobRequest;
  doc: JobDoc;
  /** In store time. */
  nowMs: number;
};

// A request never changes, so it is read once for each tracked record.
const requests = new WeakMap<object, JobRequest>();

function requestOf(tracked: Tracked): JobRequest {
  const known = requests.get(tracked);
  if (known !== undefined) return known;
  const request = jobRequestSchema.parse(tracked.record.spec);
  requests.set(tracked, request);
  return request;
}

export function jobContext(parts: EngineParts, tracked: Tracked): JobContext {
  return { parts, tracked, request: requestOf(tracked), doc: jobDocSchema.parse(tracked.record.doc), nowMs: parts.session.storeNowMs() };
}

export type JobChange = Omit<Change, 'record'> & { doc?: Partial<JobDoc>; record?: Omit<NonNullable<Change['record']>, 'doc'> };

/** Writes what a step learnt; `undefined` in `doc` takes a field away. */
export async function commitJob(context: JobContext, change: JobChange): Promise<void> {
  const { doc, record, ...rest } = change;
  const next = doc === undefined ? context.doc : withoutUndefined({ ...context.doc, ...doc });
  await context.parts.tracker.commit(context.tracked, { ...rest, record: { ...record, doc: next } });
  context.doc = next;
}

export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
}

/**
 * Reads the rows anew after something failed in the middle of a step, for one of its writes may have happened. Answers
 * the attempt if it still stands where the step found it; else the step is over, and the rows say what follows.
 */
export async function rereadAttempt(context: JobContext, before: Attempt): Promise<Attempt | undefined> {
  const { tracked, parts } = context;
  tracked.pump = undefined;
  await parts.tracker.refresh(tracked);
  context.doc = jobDocSchema.parse(tracked.record.doc);
  const { attempt } = tracked;
  return attempt?.key === before.key && attempt.phase === before.phase ? attempt : undefined;
}

export function currentAttempt(context: JobContext): Attempt {
  const { attempt } = context.tracked;
  if (attempt === undefined) throw new DestinoError('internal', `job ${context.tracked.record.name} has no attempt where it needs one`);
  return attempt;
}

export function handleOf(attempt: Attempt): Handle {
  if (attempt.handle === undefined) throw new DestinoError('internal', `attempt ${attempt.key} has no handle in phase ${attempt.phase}`);
  return attempt.handle;
}

export async function openAttempt(context: JobContext, attempt: Attempt): Promise<{ open: OpenTarget; jobs: Jobs }> {
  const open = await context.parts.targets.use(attempt.target, attempt.targetRevision);
  if (open.target.jobs === undefined) {
    throw new DestinoError('unsupported', `target '${attempt.target}' runs no jobs`, { scope: attempt.target, kind: open.kind, hint: 'see what it can do: destino driver list' });
  }
  return { open, jobs: open.target.jobs };
}

/** What the driver is given: the request's spec under the job's name, with the checkpoint of the attempt before. */
export function specOf(context: JobContext): JobSpec {
  const { spec } = context.request;
  if (spec === undefined) throw new DestinoError('internal', `job ${context.tracked.record.name} is a command without one`);
  if (context.doc.checkpoint === undefined) return spec;
  return { ...spec, checkpoint: { restore: context.doc.checkpoint } };
}

/** What a step leaves to whoever comes next: the claim is gone, the user asked for something, or this host leaves. */
export function endsPass(context: JobContext, thrown: unknown): boolean {
  return isOp(thrown, 'engine.claim') || isOp(thrown, 'engine.poke') || context.parts.leaving.signal.aborted;
}

export function reasonOf(error: DestinoError): Reason {
  return { code: error.code, text: error.message, ...(error.hint !== undefined && { fix: error.hint }) };
}

/**
 * What a job says while its target does not answer: the error at first, beyond the limit (the job's, else the target's,
 * else the policy's) that it cannot be reached, with the command that gives it up.
 */
export function silence(context: JobContext, open: OpenTarget, error: ErrorData, sinceMs: number): Reason {
  const limitMs = context.request.unreachableAfterMs ?? open.doc.unreachableAfterMs ?? context.parts.policy.unreachableAfterMs;
  const unreachable = context.parts.session.storeNowMs() - sinceMs >= limitMs;
  const code = error.code === 'unauthenticated' ? 'needs-you' : unreachable ? 'unreachable' : error.code;
  const fix = code === 'unreachable' ? `give it up by your word: destino job abandon ${context.tracked.record.name}` : error.hint;
  return { code, text: error.message, ...(fix !== undefined && { fix }) };
}
