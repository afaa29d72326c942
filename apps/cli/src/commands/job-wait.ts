import { isDestinoError } from '@destino/core/errors';
import { exitCodeOfJob, exitCodes } from '../exit-code.ts';
import { findJob } from '../find-job.ts';
import { durationOption, textArgument } from '../given.ts';
import { endLine } from '../render/end-line.ts';
import { valuesText } from '../render/values.ts';
import { jobObject } from '../render/job.ts';
import type { Run } from '../table/command.ts';

/** Waits for the end of a job, supervising it meanwhile where nobody else does. */
export const run: Run = async (context, given) => {
  const { console, signals } = context;
  const destino = await context.open({ reconcile: false });
  const job = await findJob(destino, textArgument(given, 'name'));
  const timeoutMs = durationOption(given, 'timeout');
  if (job.finishedAt === undefined) await destino.start();
  const stop = new AbortController();
  const off = signals.handle(() => stop.abort());
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(), timeoutMs);
  try {
    const end = await destino.wait(job.id, { signal: stop.signal });
    if (console.json) console.object(jobObject(end));
    else endLine(console, end, await valuesText(destino, end));
    return exitCodeOfJob(end);
  } catch (error) {
    if (!stop.signal.aborted || !isDestinoError(error, 'aborted')) throw error;
    const now = await findJob(destino, job.id);
    if (console.json) console.object(jobObject(now));
    console.note(`  ${now.name} is still ${now.state}`);
    return exitCodes.running;
  } finally {
    clearTimeout(timer);
    off();
  }
};
