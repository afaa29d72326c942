import type { Destino, Job } from '@destino/runtime';
import { DestinoError } from '@destino/core/errors';
import { isTerminalJobState } from '@destino/core/model';
import { userInfo } from 'node:os';
import type { CommandContext } from '../command-context.ts';
import { findJob } from '../find-job.ts';
import { durationOption, flag, listArgument } from '../given.ts';
import { jobsMatching } from '../job-filter.ts';
import { confirm } from '../render/confirm.ts';
import { jobObject } from '../render/job.ts';
import { stateText } from '../render/job-lines.ts';
import type { Given, Run } from '../table/command.ts';

/** The most jobs that one `--all` takes. */
const mostJobs = 10_000;
const endsWithinMs = 60_000;

/** Asks for the end of jobs and, unless --no-wait is given, sees it through. */
export const run: Run = async (context, given) => {
  const destino = await context.open();
  const jobs = await chosen(context, destino, given);
  const graceMs = durationOption(given, 'grace');
  await destino.start();
  for (const job of jobs) await destino.engine.cancel(job.id, { by: userInfo().username, ...(graceMs !== undefined && { graceMs }) });
  const within = AbortSignal.timeout(endsWithinMs + (graceMs ?? 0));
  for (const job of jobs) {
    const end = given.options['wait'] === false ? await findJob(destino, job.id) : await endOf(destino, job, within);
    if (context.console.json) context.console.object(jobObject(end));
    else context.console.line(context.console.quiet ? end.name : `${end.name}  ${stateText(context.console, end.state)}`);
  }
  if (given.options['wait'] === false && jobs.length > 0) await destino.handOver(jobs.map(({ id }) => id));
};

async function chosen({ console }: CommandContext, destino: Destino, given: Given): Promise<Job[]> {
  const names = listArgument(given, 'names');
  const filtered = ['state', 'target', 'tag', 'mine'].some((name) => given.options[name] !== undefined);
  if (names.length > 0) {
    if (flag(given, 'all') || filtered) throw new DestinoError('config-invalid', 'give names, or --all and filters, not both', { hint: 'destino job cancel --all --target local' });
    return await Promise.all(names.map((name) => findJob(destino, name)));
  }
  if (!flag(given, 'all') && !filtered) {
    const job = await findJob(destino, undefined);
    if (isTerminalJobState(job.state)) throw new DestinoError('config-invalid', `the last job, ${job.name}, has ended: ${job.state}`, { hint: 'name another: destino ps' });
    return [job];
  }
  const { jobs } = await jobsMatching((query) => destino.engine.jobs(query), given, mostJobs, { active: true });
  const live = jobs.filter(({ state }) => !isTerminalJobState(state));
  if (live.length > 0) await confirm(console, `Cancel ${live.length} ${live.length === 1 ? 'job' : 'jobs'} (${live.slice(0, 5).map(({ name }) => name).join(', ')}${live.length > 5 ? ', …' : ''})?`, flag(given, 'yes'));
  else console.note('no unfinished job fits');
  return live;
}

async function endOf(destino: Destino, job: Job, signal: AbortSignal): Promise<Job> {
  try {
    return await destino.wait(job.id, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return await findJob(destino, job.id);
  }
}
