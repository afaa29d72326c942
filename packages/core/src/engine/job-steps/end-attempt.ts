import type { Attempt, NewRecord, Verdict } from '../../store/index.ts';
import { newKey } from '../../model/index.ts';
import type { WatchRequest } from '../documents.ts';
import { commitJob, type JobContext } from '../job-context.ts';
import { wallTime } from '../parts.ts';

/**
 * Stores how an attempt ended. One that never had a handle has neither log nor outputs; one whose remote part may still
 * exist or appear leaves a watch behind, in the same write.
 */
export async function endAttempt(context: JobContext, attempt: Attempt, verdict: Verdict, options: { watch?: boolean } = {}): Promise<void> {
  const { parts } = context;
  const phase = attempt.handle === undefined || verdict.state === 'lost' ? 'collected' : 'ended';
  const create = options.watch === true ? [watchRecord(context, attempt)] : [];
  await commitJob(context, {
    attempt: { ...attempt, phase, verdict, failures: 0 },
    create,
    record: { state: 'finalizing' },
    // What was last seen of it: an end that comes between two looks passes by no other write.
    doc: { waitingFor: [], retryAtMs: undefined, rawState: attempt.rawState, startedAt: attempt.startedAt ?? context.doc.startedAt },
    events: [{ type: 'attempt-ended', at: wallTime(parts.clock), data: { number: attempt.number, verdict } }],
  });
}

/** A record that looks for the attempt's key for a while, and ends whatever appears under it. */
function watchRecord(context: JobContext, attempt: Attempt): NewRecord {
  const { parts, tracked } = context;
  const spec: WatchRequest = {
    key: attempt.key,
    what: 'job',
    target: attempt.target,
    targetRevision: attempt.targetRevision,
    untilMs: context.nowMs + parts.policy.watchForMs,
    ...(attempt.handle !== undefined && { handle: attempt.handle }),
  };
  return {
    type: 'watch',
    id: newKey(parts.randomBytes),
    name: attempt.key,
    kind: 'job',
    target: attempt.target,
    state: 'watching',
    active: true,
    needs: tracked.record.needs,
    createdAt: wallTime(parts.clock),
    spec,
    doc: { looks: 0, ended: 0 },
  };
}
