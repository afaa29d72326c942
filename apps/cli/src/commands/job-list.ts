import { jobsMatching } from '../job-filter.ts';
import { numberOption } from '../given.ts';
import { printJobLines } from '../render/job-lines.ts';
import type { Run } from '../table/command.ts';

const defaultLimit = 50;

export const run: Run = async (context, given) => {
  const { console } = context;
  const limit = numberOption(given, 'limit', 1) ?? defaultLimit;
  const more = console.json ? await listObjects(context, given, limit) : await listLines(context, given, limit);
  if (more) console.note(`only the newest ${limit}; more: --limit ${limit * 10}`);
};

async function listLines(context: Parameters<Run>[0], given: Parameters<Run>[1], limit: number): Promise<boolean> {
  const listing = await context.openListing();
  const { jobs, more } = await jobsMatching((query) => listing.jobs(query), given, limit);
  printJobLines(context.console, jobs, Date.now());
  return more;
}

/** The whole of each job needs the engine. */
async function listObjects(context: Parameters<Run>[0], given: Parameters<Run>[1], limit: number): Promise<boolean> {
  const { engine } = await context.open();
  const { jobs, more } = await jobsMatching((query) => engine.jobs(query), given, limit);
  const { jobObject } = await import('../render/job.ts');
  for (const job of jobs) context.console.object(jobObject(job));
  return more;
}
