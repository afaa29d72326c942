import { DestinoError, toDestinoError } from '../../errors/index.ts';
import type { Jobs } from '../../driver/index.ts';
import type { OutputFile } from '../../model/index.ts';
import type { Attempt, Verdict } from '../../store/index.ts';
import { commitJob, currentAttempt, endsPass, handleOf, openAttempt, rereadAttempt, type JobContext } from '../job-context.ts';
import { wallTime } from '../parts.ts';
import { decideRetry } from '../retry.ts';
import { tryAgainLater } from './try-again-later.ts';

const checkpointOutput = 'checkpoint';

/**
 * Lists what the job left. Files that would go with the attempt are fetched, and so are small ones and the checkpoint;
 * large files in a durable place stay there.
 */
export async function collect(context: JobContext): Promise<void> {
  const attempt = currentAttempt(context);
  const { tracker } = context.parts;
  try {
    const { jobs } = await openAttempt(context, attempt);
    tracker.guard(context.tracked);
    const outputs: OutputFile[] = [];
    for await (const file of jobs.outputs(handleOf(attempt), { signal: context.parts.leaving.signal })) outputs.push(await keep(context, jobs, attempt, file));
    const checkpoint = await checkpointSnapshot(context, outputs);
    await collected(context, { ...attempt, outputs, ...(checkpoint !== undefined && { checkpoint }) });
  } catch (thrown) {
    if (endsPass(context, thrown)) throw thrown;
    await collectFailed(context, attempt, thrown);
  }
}

async function keep(context: JobContext, jobs: Jobs, attempt: Attempt, file: OutputFile): Promise<OutputFile> {
  const { blobs, policy, leaving } = context.parts;
  const durable = file.uri !== undefined;
  const wanted = !durable || file.sizeBytes <= policy.fetchOutputsBelowBytes || file.output === checkpointOutput;
  if (file.kept === 'workspace' || !wanted) return file;
  if (jobs.fetchOutput === undefined) {
    if (durable) return file;
    throw new DestinoError('contract', `${attempt.target} lists the output '${file.path}' without a place that lasts and cannot fetch it`, { op: 'jobs.outputs' });
  }
  const { hash, sizeBytes } = await blobs.put(jobs.fetchOutput(handleOf(attempt), file, { signal: leaving.signal }));
  return { ...file, hash, sizeBytes, kept: 'workspace' };
}

/** The checkpoint folder as a snapshot: a manifest that names its files by hash. */
async function checkpointSnapshot(context: JobContext, outputs: readonly OutputFile[]): Promise<string | undefined> {
  const files = outputs.filter((file) => file.output === checkpointOutput && file.hash !== undefined);
  if (files.length === 0) return undefined;
  const entries = files.map(({ path, sizeBytes, hash }) => ({ path, mode: 0o644, sizeBytes, hash })).sort((a, b) => (a.path < b.path ? -1 : 1));
  const { hash } = await context.parts.blobs.put(new TextEncoder().encode(JSON.stringify({ entries, version: 1 })));
  return hash;
}

/** The attempt is over for its users: the job ends here unless another attempt follows. */
async function collected(context: JobContext, attempt: Attempt): Promise<void> {
  const verdict = attempt.verdict ?? { state: 'failed', cause: 'platform', conclusive: true };
  const cancelled = context.tracked.record.requests.cancel !== undefined;
  const retry = decideRetry(context.request, context.doc, verdict, cancelled);
  const doc = { outputs: attempt.outputs ?? [], waitingFor: [], retryAtMs: undefined, ...(attempt.checkpoint !== undefined && { checkpoint: attempt.checkpoint }) };
  await commitJob(context, {
    attempt: { ...attempt, phase: 'collected', failures: 0 },
    ...(retry.again ? { doc } : finalChange(context, cancelled && decideRetry(context.request, context.doc, verdict, false).again ? cancelledInstead(verdict) : verdict, doc)),
  });
}

/** The verdict on a job that would have gone on if nobody had cancelled it. */
export function cancelledInstead(verdict: Verdict): Verdict {
  return { ...verdict, state: 'cancelled', reason: { code: 'cancelled', text: 'cancelled on request' } };
}

/** What users see once a job has ended for good. */
export function finalChange(context: JobContext, verdict: Verdict, doc: Partial<JobContext['doc']>): { record: { state: string }; doc: Partial<JobContext['doc']>; events: { type: string; at: string; data: { state: string } }[] } {
  const at = wallTime(context.parts.clock);
  return {
    record: { state: verdict.state },
    doc: { ...doc, reason: verdict.reason, exitCode: verdict.exitCode, signal: verdict.signal, finishedAt: at },
    events: [{ type: 'finished', at, data: { state: verdict.state } }],
  };
}

async function collectFailed(context: JobContext, started: Attempt, thrown: unknown): Promise<void> {
  const error = toDestinoError(thrown);
  const attempt = await rereadAttempt(context, started);
  if (attempt === undefined || (await tryAgainLater(context, attempt, error))) return;
  const before = attempt.verdict;
  const reason = { code: 'outputs', text: `the outputs could not be collected: ${error.message}`, ...(error.hint !== undefined && { fix: error.hint }) };
  const verdict: Verdict = before?.state === 'succeeded' || before === undefined ? { ...before, state: 'failed', cause: 'user', conclusive: true, reason } : before;
  await collected(context, { ...attempt, verdict, outputs: [] });
}
