import { toDestinoError } from '../../errors/index.ts';
import { commitJob, currentAttempt, handleOf, openAttempt, reasonOf, type JobContext } from '../job-context.ts';
import { backoffMs } from '../policy.ts';
import { endAttempt } from './end-attempt.ts';

/**
 * Asks the target to end the job. Asked again every so often until the job is seen to have ended; a request that fails
 * is repeated sooner, and meanwhile the job is looked at as before, for it may end by itself.
 */
export async function cancel(context: JobContext, cause: 'user' | 'timeout'): Promise<void> {
  const attempt = currentAttempt(context);
  const { jobs } = await openAttempt(context, attempt);
  const graceMs = context.tracked.record.requests.cancel?.graceMs ?? context.request.spec?.graceMs ?? 10_000;
  // Stored first: a verdict must know what was asked for even if the answer is lost.
  await commitJob(context, { attempt: { ...attempt, cancelSentMs: context.nowMs, cancelCause: cause }, record: { state: 'cancelling' } });
  try {
    context.parts.tracker.guard(context.tracked);
    await jobs.cancel(handleOf(attempt), { graceMs });
  } catch (thrown) {
    const error = toDestinoError(thrown);
    if (error.op === 'engine.claim') throw error;
    const { policy, logger } = context.parts;
    const current = currentAttempt(context);
    const failures = current.failures + 1;
    const againInMs = Math.min(error.retryAfterMs ?? backoffMs(policy, failures), policy.cancelRepeatMs);
    logger.warn('engine.cancel-failed', { job: context.tracked.record.name, key: attempt.key, failures, error: error.message });
    await commitJob(context, { attempt: { ...current, cancelSentMs: context.nowMs - policy.cancelRepeatMs + againInMs, failures }, doc: { waitingFor: [reasonOf(error)] } });
  }
}

/** Ends an attempt by the user's word: nothing was submitted yet, or nobody can tell what became of it. */
export async function giveUp(context: JobContext, as: 'cancelled' | 'lost'): Promise<void> {
  const attempt = currentAttempt(context);
  const submitted = attempt.phase === 'submitting' || attempt.phase === 'live';
  if (!submitted) {
    await endAttempt(context, attempt, { state: 'cancelled', cause: 'none', conclusive: true, reason: { code: 'cancelled', text: 'cancelled before it was started' } });
    return;
  }
  const text = 'given up on request; what appears of it is ended';
  await endAttempt(context, attempt, { state: as, cause: 'none', conclusive: false, reason: { code: 'abandoned', text } }, { watch: true });
}
