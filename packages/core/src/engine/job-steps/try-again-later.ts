import type { DestinoError } from '../../errors/index.ts';
import type { Reason } from '../../model/index.ts';
import type { Attempt } from '../../store/index.ts';
import { commitJob, reasonOf, type JobContext } from '../job-context.ts';
import { backoffMs } from '../policy.ts';

/** What a job waits for after an error; one that the user alone can lift is told as such. */
export function waitingReason(error: DestinoError): Reason {
  return error.code === 'unauthenticated' ? { ...reasonOf(error), code: 'needs-you' } : reasonOf(error);
}

/**
 * After a transfer has failed: stores when it is tried again and what is waited for; false when it has been tried often
 * enough. An expired sign-in uses up no try, for it lasts until the user comes.
 */
export async function tryAgainLater(context: JobContext, attempt: Attempt, error: DestinoError): Promise<boolean> {
  const { policy, session } = context.parts;
  const needsUser = error.code === 'unauthenticated';
  const failures = attempt.failures + 1;
  if (!needsUser && (error.retry === 'never' || failures >= policy.transferTries)) return false;
  const retryAtMs = session.storeNowMs() + (error.retryAfterMs ?? backoffMs(policy, failures));
  const counted = needsUser ? Math.min(failures, Math.floor(policy.transferTries / 2)) : failures;
  await commitJob(context, { attempt: { ...attempt, failures: counted }, doc: { retryAtMs, waitingFor: [waitingReason(error)] } });
  return true;
}
