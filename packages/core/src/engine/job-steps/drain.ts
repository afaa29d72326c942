import { DestinoError, toDestinoError } from '../../errors/index.ts';
import type { Jobs } from '../../driver/index.ts';
import type { Attempt, Segment } from '../../store/index.ts';
import { startLimit } from '../../guard/limit.ts';
import { commitJob, currentAttempt, endsPass, handleOf, openAttempt, rereadAttempt, type JobContext } from '../job-context.ts';
import { LogPump } from '../log-pump.ts';
import { tryAgainLater } from './try-again-later.ts';

/** Brings in the rest of the log. When it cannot be had, that is told as a gap, and the job goes on to its end. */
export async function drain(context: JobContext): Promise<void> {
  const attempt = currentAttempt(context);
  try {
    const { jobs } = await openAttempt(context, attempt);
    if (jobs.logFiles === undefined) await pumpAll(context, jobs, attempt);
    else await adoptFiles(context, jobs, attempt);
  } catch (thrown) {
    if (endsPass(context, thrown)) throw thrown;
    await drainFailed(context, attempt, toDestinoError(thrown));
  }
}

/** A log that is followed may be silent for hours; that of a finished job may not, so standing still is a failure. */
async function pumpAll(context: JobContext, jobs: Jobs, attempt: Attempt): Promise<void> {
  const { tracked, parts } = context;
  const pump = await LogPump.of(parts, tracked, attempt);
  const stop = new AbortController();
  const limit = startLimit(parts.clock, parts.policy.drainIdleMs);
  void limit.passed.then(() => stop.abort());
  try {
    const drained = await pump.pull(jobs, attempt, { follow: true, signal: AbortSignal.any([stop.signal, parts.leaving.signal]), onRecord: limit.touch });
    await commitJob(context, { attempt: { ...drained, phase: 'drained', failures: 0 } });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new DestinoError('timeout', `the log stood still for ${parts.policy.drainIdleMs / 1000} s`, { scope: attempt.target, cause: error });
  } finally {
    limit.stop();
  }
}

/** The files of a log on this machine become blobs by rename; a remote blob store gets a copy. */
async function adoptFiles(context: JobContext, jobs: Jobs, attempt: Attempt): Promise<void> {
  const { blobs } = context.parts;
  const files = (await jobs.logFiles?.(handleOf(attempt))) ?? [];
  if (blobs.adopt === undefined) {
    await pumpAll(context, jobs, attempt);
    return;
  }
  const segments: Segment[] = [];
  for (const [ordinal, file] of files.entries()) {
    const blob = `logs/${attempt.key}/files-${ordinal}`;
    const { lengthBytes } = await blobs.adopt(blob, file.path);
    segments.push({ attempt: attempt.key, ordinal, source: file.source, stream: file.stream, blob, local: false, startBytes: 0, lengthBytes });
  }
  await commitJob(context, { attempt: { ...attempt, phase: 'drained', failures: 0 }, segments });
}

async function drainFailed(context: JobContext, before: Attempt, error: DestinoError): Promise<void> {
  const { tracked, parts } = context;
  const attempt = await rereadAttempt(context, before);
  if (attempt === undefined) return;
  if (await tryAgainLater(context, attempt, error)) return;
  const pump = await LogPump.resume(parts, tracked, attempt);
  const told = await pump.tellGap(attempt, `the rest of the log could not be had: ${error.message}`);
  await commitJob(context, { attempt: { ...told, phase: 'drained', failures: 0 } });
}
