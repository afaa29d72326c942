import type { JobState } from '../model/index.ts';
import type { StoreRecord } from '../store/index.ts';
import type { JobDoc, JobRequest } from './documents.ts';
import type { Job } from './job-view.ts';

/** What a list shows of a job. */
export type JobLine = Pick<Job, 'name' | 'displayName' | 'state' | 'target' | 'createdAt' | 'createdBy' | 'startedAt' | 'finishedAt' | 'file' | 'tags'>;

/**
 * A line of a list out of a record, without its attempts. What the engine has stored is trusted here to have the shape
 * that it was stored in: a list must not need the schemas, whose making takes longer than reading the jobs.
 */
export function jobLineOf(record: StoreRecord): JobLine {
  const { displayName, file, spec } = record.spec as Partial<JobRequest>;
  const { startedAt, finishedAt } = record.doc as Partial<JobDoc>;
  const given = Object.entries({ displayName, file, startedAt, finishedAt, target: record.target, createdBy: record.createdBy }).filter(([, value]) => value !== undefined);
  return { name: record.name, state: record.state as JobState, createdAt: record.createdAt, tags: spec?.tags ?? {}, ...(Object.fromEntries(given) as Partial<JobLine>) };
}
