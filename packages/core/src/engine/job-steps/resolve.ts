import { toDestinoError, type DestinoError } from '../../errors/index.ts';
import type { Found } from '../../model/index.ts';
import type { Attempt } from '../../store/index.ts';
import { commitJob, currentAttempt, openAttempt, silence, type JobContext } from '../job-context.ts';
import type { OpenTarget } from '../open-targets.ts';
import { backoffMs } from '../policy.ts';
import { endAttempt } from './end-attempt.ts';
import { live, submitNow } from './submit.ts';

/**
 * Finds out what became of a submission whose answer is not known. A cancelled one is only ever looked for, never
 * submitted again; so is one on a target where the same key may run twice.
 */
export async function resolve(context: JobContext): Promise<void> {
  const attempt = currentAttempt(context);
  const { open, jobs } = await openAttempt(context, attempt);
  let found: Found;
  try {
    found = await jobs.find(attempt.key);
  } catch (error) {
    await lookFailed(context, attempt, open, toDestinoError(error));
    return;
  }
  if (found.found) {
    await live(context, jobs, { ...attempt, handle: found.handle });
    return;
  }
  const { cancel } = context.tracked.record.requests;
  if (cancel !== undefined) {
    const reason = { code: 'cancelled', text: 'cancelled on request; nothing was found to run' };
    await endAttempt(context, attempt, { state: 'cancelled', cause: 'none', conclusive: found.conclusive, reason }, { watch: true });
    return;
  }
  // However sure the target is that nothing is there: a request may still be on its way, and would run beside another.
  if (open.driver.traits.once !== 'best-effort') {
    await submitNow(context, attempt);
    return;
  }
  await waitForSight(context, attempt, open.driver.traits.settleMs);
}

/** Not seen, and not allowed to submit again: wait until it would have shown itself, then give up. */
async function waitForSight(context: JobContext, attempt: Attempt, settleMs: number): Promise<void> {
  const { policy } = context.parts;
  const patience = Math.max(policy.settleMinMs, settleMs);
  const absentSinceMs = attempt.absentSinceMs ?? context.nowMs;
  const absentCount = attempt.absentCount + 1;
  if (absentCount >= policy.absences && context.nowMs - absentSinceMs >= patience) {
    const reason = {
      code: 'answer-lost',
      text: `the answer of ${attempt.target} to the submission was lost, and nothing has shown up since; this target cannot rule out that it runs`,
      fix: `look there yourself, then: destino job retry ${context.tracked.record.name}`,
    };
    await endAttempt(context, { ...attempt, absentSinceMs, absentCount }, { state: 'lost', cause: 'lost', conclusive: false, reason }, { watch: true });
    return;
  }
  const retryAtMs = context.nowMs + Math.ceil(patience / policy.absences);
  await commitJob(context, {
    attempt: { ...attempt, absentSinceMs, absentCount },
    doc: { retryAtMs, waitingFor: [{ code: 'looking', text: `the answer of ${attempt.target} was lost: looking for the job there` }] },
  });
}

async function lookFailed(context: JobContext, attempt: Attempt, open: OpenTarget, error: DestinoError): Promise<void> {
  const { policy } = context.parts;
  const failures = attempt.failures + 1;
  const unknownSinceMs = attempt.unknownSinceMs ?? context.nowMs;
  const retryAtMs = context.nowMs + (error.retryAfterMs ?? backoffMs(policy, failures));
  await commitJob(context, { attempt: { ...attempt, failures, unknownSinceMs }, doc: { retryAtMs, waitingFor: [silence(context, open, error.toJSON(), unknownSinceMs)] } });
}
