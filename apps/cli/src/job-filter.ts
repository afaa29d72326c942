import type { JobLine, JobQuery } from '@destino/runtime';
import { jobStates } from '@destino/core/model';
import { DestinoError } from '@destino/core/errors';
import { userInfo } from 'node:os';
import { flag, mapOption, namesOption, textOption } from './given.ts';
import type { Given } from './table/command.ts';

/** Gives jobs page by page: whole ones, as the engine does, or lines. */
type Pages<J> = (query: JobQuery) => Promise<{ items: J[]; next?: string }>;

/** The newest jobs that the filters of the command line leave, at most `limit`. */
export async function jobsMatching<J extends Pick<JobLine, 'createdBy' | 'tags'>>(pages: Pages<J>, given: Given, limit: number, only: { active?: boolean } = {}): Promise<{ jobs: J[]; more: boolean }> {
  const states = namesOption(given, 'state');
  const odd = states?.find((state) => !(jobStates as readonly string[]).includes(state));
  if (odd !== undefined) throw new DestinoError('config-invalid', `there is no job state '${odd}'`, { hint: `--state ${jobStates.join(',')}` });
  const target = textOption(given, 'target');
  const tags = Object.entries(mapOption(given, 'tag'));
  const mine = flag(given, 'mine') ? userInfo().username : undefined;
  const asked = { newestFirst: true, limit: Math.min(1000, limit + 1), ...(states !== undefined && { states }), ...(target !== undefined && { target }), ...only };
  const jobs: J[] = [];
  for (let after: string | undefined; ; ) {
    const page = await pages({ ...asked, ...(after !== undefined && { after }) });
    jobs.push(...page.items.filter((job) => (mine === undefined || job.createdBy === mine) && tags.every(([key, value]) => job.tags[key] === value)));
    if (jobs.length > limit || page.next === undefined) return { jobs: jobs.slice(0, limit), more: jobs.length > limit };
    after = page.next;
  }
}
