import type { Reason } from '../model/index.ts';
import type { Verdict } from '../store/index.ts';
import type { JobDoc, JobRequest, RetryPolicy } from './documents.ts';

export type RetryDecision = { again: false } | { again: true; candidate: number; delayMs: number; counts: boolean; rule: keyof RetryPolicy; reason: Reason };

const rules: Readonly<Record<Verdict['cause'], keyof RetryPolicy | undefined>> = {
  user: undefined,
  none: undefined,
  'no-capacity': 'noCapacity',
  preempted: 'preempted',
  lost: 'lost',
  platform: 'platform',
  failed: 'failed',
  timeout: 'timeout',
};

/**
 * Whether another attempt follows, where and when. Never after an attempt that might still run. A target without
 * capacity or quota is followed by the next one at once; only a whole round of refusals waits. Where quota was all that
 * the round met, waiting would not help, and nothing follows.
 */
export function decideRetry(request: JobRequest, doc: JobDoc, verdict: Verdict, cancelled: boolean): RetryDecision {
  const rule = rules[verdict.cause];
  if (rule === undefined || cancelled || !verdict.conclusive || verdict.state === 'succeeded' || verdict.state === 'cancelled') return { again: false };
  const count = Math.max(request.targets.length, 1);
  const moves = rule === 'noCapacity' && count > 1;
  const candidate = moves ? (doc.candidate + 1) % count : doc.candidate;
  const used = doc.retries[rule] ?? 0;
  // Moving on within a round costs no attempt of the policy: each target is asked once.
  if (moves && candidate !== 0) {
    return { again: true, candidate, delayMs: 0, counts: false, rule, reason: { code: 'moved', text: `${request.targets[doc.candidate]} has no capacity: trying ${request.targets[candidate]}` } };
  }
  if (used >= request.retry[rule].attempts || (rule === 'noCapacity' && onlyQuota(doc, verdict, count))) return { again: false };
  const delayMs = request.retry[rule].backoffMs * 2 ** Math.min(used, 6);
  const text = `attempt ${doc.attempt} ended (${verdict.reason?.text ?? verdict.state}): the next starts in ${Math.round(delayMs / 1000)} s`;
  return { again: true, candidate, delayMs, counts: true, rule, reason: { code: `retry-${verdict.cause}`, text } };
}

/** Whether every target of this round refused for quota. */
function onlyQuota(doc: JobDoc, verdict: Verdict, count: number): boolean {
  const before = count > 1 ? doc.refusals.slice(-(count - 1)).filter(({ attempt }) => attempt !== undefined) : [];
  return [...before.map(({ reason }) => reason.code), verdict.reason?.code].every((code) => code === 'quota');
}
