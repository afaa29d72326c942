import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ComputeTarget, Jobs } from '@destino/core/driver';
import type { Handle, JobInspection, JobSpec, JobView, LogRecord } from '@destino/core/model';
import { freshKey } from './subject.ts';

const execute = promisify(execFile);

export function jobsOf(target: ComputeTarget): Jobs {
  if (target.jobs === undefined) throw new Error('a Slurm target runs jobs');
  return target.jobs;
}

export async function submit(jobs: Jobs, job: JobSpec, key: string = freshKey()): Promise<Handle> {
  const answer = await jobs.submit(job, { key, fence: 1 });
  if (!('handle' in answer)) throw new Error('the Slurm driver never answers busy');
  return answer.handle;
}

/** Looks until `done` holds, at most a minute. */
export async function until(jobs: Jobs, handle: Handle, done: (view: JobView) => boolean): Promise<JobView> {
  for (const deadline = performance.now() + 60_000; ; ) {
    const [view] = (await jobs.inspect([handle])) as [JobInspection];
    if (view.seen === 'yes' && done(view)) return view;
    if (performance.now() > deadline) throw new Error(`waited in vain; last seen: ${JSON.stringify(view)}`);
    await setTimeout(200);
  }
}

export function ended(jobs: Jobs, handle: Handle): Promise<JobView> {
  return until(jobs, handle, ({ state }) => ['succeeded', 'failed', 'cancelled'].includes(state));
}

export function running(jobs: Jobs, handle: Handle): Promise<JobView> {
  return until(jobs, handle, ({ state }) => state === 'running');
}

/** What each source printed. */
export async function texts(records: AsyncIterable<LogRecord>): Promise<Record<string, string>> {
  const all: Record<string, string> = {};
  for await (const record of records) if ('bytes' in record) all[record.source] = (all[record.source] ?? '') + Buffer.from(record.bytes).toString('utf8');
  return all;
}

/** A command of Slurm's own, as somebody on the cluster would type it. */
export async function slurm(conf: string, program: string, ...words: string[]): Promise<string> {
  return (await execute(program, words, { env: { ...process.env, SLURM_CONF: conf } })).stdout;
}
