import { toDestinoError, type DestinoError } from '../../errors/index.ts';
import type { Jobs, Submitted } from '../../driver/index.ts';
import type { Attempt, Segment } from '../../store/index.ts';
import { commitJob, currentAttempt, endsPass, openAttempt, reasonOf, specOf, type JobContext } from '../job-context.ts';
import { backoffMs } from '../policy.ts';
import { isOp } from '../tracker.ts';
import { endAttempt } from './end-attempt.ts';
import { tryAgainLater, waitingReason } from './try-again-later.ts';

/** Moves content. It has no effect that costs or runs, so it is simply done again after a failure. */
export async function stage(context: JobContext): Promise<void> {
  const attempt = currentAttempt(context);
  const { jobs } = await openAttempt(context, attempt);
  let staged: Attempt['staged'];
  try {
    if (jobs.stage !== undefined) {
      context.parts.tracker.guard(context.tracked);
      staged = await jobs.stage(specOf(context), { key: attempt.key, fence: context.tracked.claim.fence, signal: context.parts.leaving.signal });
    }
  } catch (thrown) {
    if (endsPass(context, thrown)) throw thrown;
    await stageFailed(context, attempt, toDestinoError(thrown));
    return;
  }
  await submitNow(context, { ...attempt, phase: 'submitting', failures: 0, ...(staged !== undefined && { staged }) });
}

async function stageFailed(context: JobContext, attempt: Attempt, error: DestinoError): Promise<void> {
  if (error.code !== 'no-capacity' && error.code !== 'quota' && error.code !== 'forbidden' && (await tryAgainLater(context, attempt, error))) return;
  const cause = error.code === 'no-capacity' || error.code === 'quota' ? 'no-capacity' : error.retry === 'never' || error.code === 'forbidden' ? 'user' : 'platform';
  await endAttempt(context, attempt, { state: 'failed', cause, conclusive: true, reason: reasonOf(error) });
}

/** A submission of an attempt that the target had no room for. */
export async function submit(context: JobContext): Promise<void> {
  await submitNow(context, { ...currentAttempt(context), phase: 'submitting' });
}

/**
 * Commits that a submission is under way, then submits. The commit is the last look: it is refused when the claim is
 * gone or when the user has asked for anything, so that nothing is started after its cancellation.
 */
export async function submitNow(context: JobContext, attempt: Attempt): Promise<void> {
  const { tracked, parts } = context;
  const { jobs } = await openAttempt(context, attempt);
  await commitJob(context, {
    attempt: { ...attempt, submittedMs: context.nowMs },
    expectPoke: tracked.record.poke,
    record: { state: 'submitted' },
    doc: { retryAtMs: undefined, waitingFor: [{ code: 'submitting', text: `being handed to ${attempt.target}` }] },
  });
  let answer: Submitted;
  try {
    parts.tracker.guard(tracked);
    answer = await jobs.submit(specOf(context), { key: attempt.key, fence: tracked.claim.fence, ...(attempt.staged !== undefined && { staged: attempt.staged }) });
  } catch (thrown) {
    if (isOp(thrown, 'engine.claim')) throw thrown;
    await submitFailed(context, toDestinoError(thrown));
    return;
  }
  const current = currentAttempt(context);
  if ('busy' in answer) {
    await commitJob(context, {
      attempt: { ...current, phase: 'ready', failures: 0 },
      record: { state: 'queued' },
      doc: { retryAtMs: context.nowMs + answer.retryAfterMs, waitingFor: [answer.busy] },
    });
    return;
  }
  await live(context, jobs, { ...current, handle: answer.handle });
}

/** The handle is stored before anything else, with the names of the files that are the log where there are such. */
export async function live(context: JobContext, jobs: Jobs, attempt: Attempt): Promise<void> {
  const { absentSinceMs: _absent, unknownSinceMs: _unknown, ...seenNow } = attempt;
  const segments = attempt.handle === undefined || jobs.logFiles === undefined ? [] : await localSegments(context, jobs, attempt);
  await commitJob(context, {
    attempt: { ...seenNow, phase: 'live', absentCount: 0, failures: 0 },
    segments,
    record: { state: 'submitted' },
    doc: { retryAtMs: undefined, waitingFor: [{ code: 'submitted', text: `handed to ${attempt.target}` }] },
  });
}

async function localSegments(context: JobContext, jobs: Jobs, attempt: Attempt): Promise<Segment[]> {
  if (attempt.handle === undefined || jobs.logFiles === undefined) return [];
  try {
    const files = await jobs.logFiles(attempt.handle);
    return files.map((file, ordinal) => ({ attempt: attempt.key, ordinal, source: file.source, stream: file.stream, blob: file.path, local: true, startBytes: 0, lengthBytes: 0 }));
  } catch (error) {
    // The log can still be read when the job has ended; only live followers wait until then.
    context.parts.logger.warn('engine.log-files-failed', { job: context.tracked.record.name, error: toDestinoError(error).message });
    return [];
  }
}

/** Codes that say for certain that nothing was made. */
const withoutEffect: ReadonlySet<string> = new Set(['config-invalid', 'unauthenticated', 'forbidden', 'not-found', 'conflict', 'unsupported', 'quota', 'no-capacity', 'rejected', 'throttled', 'state-version']);

/** Codes that waiting does not mend. */
const driverFaults: ReadonlySet<string> = new Set(['internal', 'contract']);

async function submitFailed(context: JobContext, error: DestinoError): Promise<void> {
  const { policy } = context.parts;
  const attempt = currentAttempt(context);
  const failures = attempt.failures + 1;
  if (driverFaults.has(error.code) && failures >= policy.resolveTries) {
    // Not an outage: the driver is broken. What it may have made all the same is ended by the watch.
    await endAttempt(context, attempt, { state: 'failed', cause: 'platform', conclusive: false, reason: reasonOf(error) }, { watch: true });
    return;
  }
  if (!withoutEffect.has(error.code)) {
    // Whether it was made is not known: stay in `submitting`, so that the next pass finds out.
    const retryAtMs = context.nowMs + (error.retryAfterMs ?? backoffMs(policy, failures));
    await commitJob(context, { attempt: { ...attempt, failures }, doc: { retryAtMs, waitingFor: [reasonOf(error)] } });
    return;
  }
  if (error.code === 'throttled' || error.code === 'unauthenticated') {
    const retryAtMs = context.nowMs + (error.retryAfterMs ?? backoffMs(policy, failures));
    await commitJob(context, { attempt: { ...attempt, phase: 'ready', failures }, doc: { retryAtMs, waitingFor: [waitingReason(error)] } });
    return;
  }
  const cause = error.code === 'no-capacity' || error.code === 'quota' ? 'no-capacity' : 'user';
  await endAttempt(context, attempt, { state: 'failed', cause, conclusive: true, reason: reasonOf(error) });
}
