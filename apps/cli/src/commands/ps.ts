import { flag } from '../given.ts';
import { jobsMatching } from '../job-filter.ts';
import { printJobs } from '../render/job.ts';
import { stateText } from '../render/job-lines.ts';
import { table } from '../render/table.ts';
import type { Run } from '../table/command.ts';

const recent = 20;

/** What is at work: unfinished jobs and services; with --all the last jobs that have ended, too. */
export const run: Run = async (context, given) => {
  const { console } = context;
  const destino = await context.open();
  const { jobs } = await jobsMatching((query) => destino.engine.jobs(query), given, flag(given, 'all') ? recent : 1000, flag(given, 'all') ? {} : { active: true });
  const services = await destino.engine.services.list();
  if (console.json) {
    for (const service of services) console.object(service);
  } else if (services.length > 0) {
    console.line(table(['SERVICE', 'STATE', 'TARGET'], services.map(({ name, state, target }) => [name, stateText(console, state), target])));
  }
  printJobs(console, jobs, destino.clock.wallMs());
};
