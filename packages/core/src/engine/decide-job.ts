import { isTerminalJobState, type JobState } from '../model/index.ts';
import type { Attempt, StoreRecord } from '../store/index.ts';
import type { JobDoc } from './documents.ts';
import type { EnginePolicy } from './policy.ts';

/** The next thing to do for a job. Level-triggered: it follows from the rows alone, whatever happened before. */
export type Step =
  | { do: 'orchestrate' }
  /** A new attempt, or the end of a job that has none to come. */
  | { do: 'begin' }
  | { do: 'stage' }
  | { do: 'submit' }
  /** A submission whose answer is not known. */
  | { do: 'resolve' }
  | { do: 'inspect' }
  | { do: 'cancel'; cause: 'user' | 'timeout' }
  /** Ends an attempt that was never submitted, or that the user gave up. */
  | { do: 'give-up'; as: 'cancelled' | 'lost' }
  | { do: 'drain' }
  | { do: 'collect' }
  | { do: 'release' }
  /** Another attempt, or rest. */
  | { do: 'settle' }
  | { do: 'wait'; untilMs: number };

export type JobSituation = { record: StoreRecord; doc: JobDoc; attempt: Attempt | undefined; nowMs: number; policy: EnginePolicy; deadlineMs: number | undefined };

export function decideJob(situation: JobSituation): Step {
  const { record, doc, attempt, nowMs } = situation;
  if (record.kind !== 'command') return { do: 'orchestrate' };
  if (attempt === undefined || attempt.phase === 'released') return betweenAttempts(situation);
  switch (attempt.phase) {
    case 'staging':
    case 'ready':
      if (record.requests.cancel !== undefined) return { do: 'give-up', as: 'cancelled' };
      if (record.requests.abandon !== undefined) return { do: 'give-up', as: 'lost' };
      if (doc.retryAtMs !== undefined && doc.retryAtMs > nowMs) return { do: 'wait', untilMs: doc.retryAtMs };
      return { do: attempt.phase === 'staging' ? 'stage' : 'submit' };
    case 'submitting':
      if (record.requests.abandon !== undefined) return { do: 'give-up', as: 'lost' };
      if (doc.retryAtMs !== undefined && doc.retryAtMs > nowMs && record.requests.cancel === undefined) return { do: 'wait', untilMs: doc.retryAtMs };
      return { do: 'resolve' };
    case 'live':
      return whileLive(situation, attempt);
    case 'ended':
      return { do: 'drain' };
    case 'drained':
      return { do: 'collect' };
    case 'collected':
      return { do: 'release' };
    default:
      return attempt.phase satisfies never;
  }
}

function betweenAttempts({ record, doc, attempt, nowMs }: JobSituation): Step {
  if (isTerminalJobState(record.state as JobState)) return { do: 'settle' };
  if (attempt !== undefined && attempt.number === doc.attempt && attempt.verdict !== undefined && doc.retryAtMs === undefined) return { do: 'settle' };
  if (record.requests.cancel !== undefined || record.requests.abandon !== undefined) return { do: 'begin' };
  if (doc.retryAtMs !== undefined && doc.retryAtMs > nowMs) return { do: 'wait', untilMs: doc.retryAtMs };
  return { do: 'begin' };
}

function whileLive({ record, nowMs, policy, deadlineMs }: JobSituation, attempt: Attempt): Step {
  if (record.requests.abandon !== undefined) return { do: 'give-up', as: 'lost' };
  const due = attempt.cancelSentMs === undefined || nowMs - attempt.cancelSentMs >= policy.cancelRepeatMs;
  if (record.requests.cancel !== undefined && (due || attempt.cancelCause !== 'user')) return { do: 'cancel', cause: 'user' };
  if (deadlineMs !== undefined && nowMs >= deadlineMs && due) return { do: 'cancel', cause: attempt.cancelCause === 'user' ? 'user' : 'timeout' };
  return { do: 'inspect' };
}
