import { jobsMatching } from '../job-filter.ts';
import { numberOption } from '../given.ts';
import { printJobs } from '../render/job.ts';
import type { Run } from '../table/command.ts';

const defaultLimit = 50;

export const run: Run = async (context, given) => {
  const destino = await context.open();
  const limit = numberOption(given, 'limit', 1) ?? defaultLimit;
  const { jobs, more } = await jobsMatching(destino, given, limit);
  printJobs(context.console, jobs, destino.clock.wallMs());
  if (more) context.console.note(`only the newest ${limit}; more: --limit ${limit * 10}`);
};
