import { toDestinoError } from '../../errors/index.ts';
import { isTerminalJobState, type JobInspection, type JobState, type JobView, type Reason } from '../../model/index.ts';
import type { Attempt } from '../../store/index.ts';
import { judge } from '../judge.ts';
import { commitJob, currentAttempt, openAttempt, silence, withoutUndefined, type JobContext } from '../job-context.ts';
import type { OpenTarget } from '../open-targets.ts';
import { endAttempt } from './end-attempt.ts';

/** Looks at the job and stores what changed. Answers whether anything did. */
export async function observe(context: JobContext): Promise<{ changed: boolean; absent?: boolean; pollAfterMs?: number }> {
  const attempt = currentAttempt(context);
  const { open } = await openAttempt(context, attempt);
  const inspection = await context.parts.inspections.ask(open, attempt);
  context.nowMs = context.parts.session.storeNowMs();
  switch (inspection.seen) {
    case 'yes':
      return { changed: await seen(context, attempt, inspection), ...(inspection.pollAfterMs !== undefined && { pollAfterMs: inspection.pollAfterMs }) };
    case 'absent':
      await absent(context, attempt, inspection, open.driver.traits.settleMs);
      return { changed: true, absent: true };
    case 'unknown':
      return { changed: await unknown(context, attempt, open, inspection) };
    default:
      return inspection satisfies never;
  }
}

async function seen(context: JobContext, attempt: Attempt, view: JobView): Promise<boolean> {
  const { absentSinceMs: _absent, unknownSinceMs: _unknown, ...rest } = attempt;
  const next: Attempt = {
    ...rest,
    absentCount: 0,
    state: view.state,
    rawState: view.rawState,
    reasons: view.reasons,
    exits: view.exits,
    ...(view.handle !== undefined && { handle: view.handle }),
    ...(view.startedAt !== undefined && { startedAt: view.startedAt }),
    ...(view.endedAt !== undefined && { endedAt: view.endedAt }),
    ...(view.state === 'running' && attempt.runningMs === undefined && { runningMs: context.nowMs }),
  };
  if (isTerminalJobState(view.state)) {
    await endAttempt(context, next, judge(view, next));
    return true;
  }
  if (JSON.stringify(next) === JSON.stringify(attempt)) return false;
  const cancelling = context.tracked.record.requests.cancel !== undefined;
  await commitJob(context, {
    attempt: next,
    record: { state: cancelling ? 'cancelling' : shown(view.state, context) },
    doc: withoutUndefined({ rawState: view.rawState, waitingFor: view.reasons, startedAt: view.startedAt ?? context.doc.startedAt }),
  });
  return true;
}

/** A platform that goes back to waiting does so for its users too; only `cancelling` without a request of ours is running. */
function shown(state: JobState, context: JobContext): JobState {
  return state === 'cancelling' && context.tracked.record.requests.cancel === undefined ? 'running' : state;
}

/** Not seen is not lost: only a proof, or absence over a while, is; and then cancel and release are asked first. */
async function absent(context: JobContext, attempt: Attempt, inspection: Extract<JobInspection, { seen: 'absent' }>, settleMs: number): Promise<void> {
  const { policy } = context.parts;
  const patience = Math.max(policy.settleMinMs, settleMs);
  const absentSinceMs = attempt.absentSinceMs ?? context.nowMs;
  const absentCount = attempt.absentCount + 1;
  const next: Attempt = { ...attempt, absentSinceMs, absentCount };
  const old = context.nowMs - absentSinceMs >= patience && context.nowMs - (attempt.submittedMs ?? attempt.createdMs) >= patience;
  // What this engine itself took away before a verdict was stored proves nothing about the job.
  const tidied = attempt.cancelCause === 'lost';
  const conclusive = inspection.conclusive && !tidied;
  if (conclusive || tidied || (absentCount >= policy.absences && old)) {
    const ended: Attempt = conclusive || attempt.cancelCause === 'user' ? next : { ...next, cancelSentMs: context.nowMs, cancelCause: 'lost' };
    if (ended !== next) await commitJob(context, { attempt: ended });
    await askEnd(context, attempt);
    await endAttempt(context, ended, absentVerdict(context, attempt, { ...inspection, conclusive }), { watch: !conclusive });
    return;
  }
  const reason: Reason = { code: 'absent', text: `${attempt.target} does not show the job (${absentCount} of ${policy.absences} looks over ${Math.round(patience / 1000)} s)` };
  await commitJob(context, { attempt: next, doc: { waitingFor: [reason] } });
}

function absentVerdict(context: JobContext, attempt: Attempt, inspection: Extract<JobInspection, { seen: 'absent' }>): NonNullable<Attempt['verdict']> {
  const told = inspection.reasons[0];
  if (context.tracked.record.requests.cancel !== undefined && attempt.cancelCause === 'user' && inspection.conclusive) {
    return { state: 'cancelled', cause: 'none', conclusive: true, reason: { code: 'cancelled', text: 'cancelled on request; the target has no more of it' } };
  }
  const text = inspection.conclusive ? `${attempt.target} is certain that it is gone` : `${attempt.target} has not shown it for a while; it may still run there`;
  return { state: 'lost', cause: 'lost', conclusive: inspection.conclusive, reason: told ?? { code: 'lost', text } };
}

/** Whatever may be left of a job that is about to be called lost is asked to end. */
async function askEnd(context: JobContext, attempt: Attempt): Promise<void> {
  const { handle } = attempt;
  if (handle === undefined) return;
  const { jobs } = await openAttempt(context, attempt);
  const { tracker, logger } = context.parts;
  for (const ask of [() => jobs.cancel(handle, { graceMs: 0 }), () => jobs.release(handle)]) {
    tracker.guard(context.tracked);
    try {
      await ask();
    } catch (error) {
      logger.warn('engine.lost-cleanup-failed', { job: context.tracked.record.name, key: attempt.key, error: toDestinoError(error).message });
    }
  }
}

async function unknown(context: JobContext, attempt: Attempt, open: OpenTarget, inspection: Extract<JobInspection, { seen: 'unknown' }>): Promise<boolean> {
  const unknownSinceMs = attempt.unknownSinceMs ?? context.nowMs;
  const reason = silence(context, open, inspection.error, unknownSinceMs);
  if (attempt.unknownSinceMs !== undefined && context.doc.waitingFor.some(({ code }) => code === reason.code)) return false;
  await commitJob(context, { attempt: { ...attempt, unknownSinceMs }, doc: { waitingFor: [reason] } });
  return true;
}
