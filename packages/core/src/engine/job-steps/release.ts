import { isDestinoError, toDestinoError } from '../../errors/index.ts';
import { isTerminalJobState, type JobState } from '../../model/index.ts';
import type { Attempt } from '../../store/index.ts';
import { commitJob, currentAttempt, openAttempt, type JobContext, type JobChange } from '../job-context.ts';
import { wallTime } from '../parts.ts';
import { backoffMs } from '../policy.ts';
import { decideRetry } from '../retry.ts';
import { isOp } from '../tracker.ts';
import { cancelledInstead, finalChange } from './collect.ts';

/** Frees what the attempt holds on its target; one that may still run there is left to its watch. */
export async function release(context: JobContext): Promise<void> {
  const attempt = currentAttempt(context);
  const { handle, verdict } = attempt;
  if (handle !== undefined && verdict?.conclusive !== false) {
    try {
      const { jobs } = await openAttempt(context, attempt);
      context.parts.tracker.guard(context.tracked);
      await jobs.release(handle);
    } catch (thrown) {
      if (isOp(thrown, 'engine.claim')) throw thrown;
      // A target that was let go, or a thing that is absent: nothing is left to free.
      if (!isDestinoError(thrown, 'not-found')) {
        await releaseFailed(context, attempt, thrown);
        return;
      }
    }
  }
  await rest(context, { ...attempt, phase: 'released', failures: 0 });
}

/** The job has its state already; what is left is housekeeping, tried for as long as it takes. */
async function releaseFailed(context: JobContext, attempt: Attempt, thrown: unknown): Promise<void> {
  const error = toDestinoError(thrown);
  const { policy, logger } = context.parts;
  const failures = attempt.failures + 1;
  logger.warn('engine.release-failed', { job: context.tracked.record.name, key: attempt.key, failures, error: error.message });
  const retryAtMs = context.nowMs + (error.retryAfterMs ?? backoffMs(policy, failures));
  await commitJob(context, { attempt: { ...attempt, failures }, doc: { retryAtMs } });
}

/** After an attempt: the next one, or the end. */
export async function rest(context: JobContext, attempt: Attempt): Promise<void> {
  const { request, doc, tracked, parts } = context;
  const verdict = attempt.verdict ?? { state: 'failed', cause: 'platform', conclusive: true };
  if (isTerminalJobState(tracked.record.state as JobState)) {
    await commitJob(context, { attempt, record: { active: false }, doc: { retryAtMs: undefined } });
    return;
  }
  const retry = decideRetry(request, doc, verdict, tracked.record.requests.cancel !== undefined || tracked.record.requests.abandon !== undefined);
  if (!retry.again) {
    const cancelled = tracked.record.requests.cancel !== undefined && verdict.state !== 'succeeded';
    const final = cancelled && verdict.conclusive ? cancelledInstead(verdict) : verdict;
    const change = finalChange(context, final, { retryAtMs: undefined, waitingFor: [] });
    await commitJob(context, { attempt, ...change, record: { ...change.record, active: false } });
    return;
  }
  const refusal = { target: attempt.target, attempt: attempt.number, reason: verdict.reason ?? { code: verdict.cause, text: verdict.state } };
  const change: JobChange = {
    attempt,
    expectPoke: tracked.record.poke,
    record: { state: 'queued' },
    doc: {
      candidate: retry.candidate,
      retryAtMs: context.nowMs + retry.delayMs,
      retries: { ...doc.retries, [retry.rule]: (doc.retries[retry.rule] ?? 0) + (retry.counts ? 1 : 0) },
      waitingFor: [retry.reason],
      refusals: [...doc.refusals, refusal].slice(-20),
      rawState: undefined,
    },
    events: [{ type: 'retry', at: wallTime(parts.clock), data: { after: attempt.number, cause: verdict.cause, delayMs: retry.delayMs } }],
  };
  await commitJob(context, change);
}
