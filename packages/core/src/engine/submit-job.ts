import { DestinoError } from '../errors/index.ts';
import { newKey, type Problem } from '../model/index.ts';
import { checkGroup, invalid, parseRequest } from './check-group.ts';
import { checkJob } from './check-job.ts';
import type { JobRequest, JobRequestInput } from './documents.ts';
import { jobOf, type Job } from './job-view.ts';
import { jobNeeds } from './needs.ts';
import { wallTime, type EngineParts } from './parts.ts';

export type NewJob = {
  /** Unique in the workspace. Default: the job's id. The same name with the same content answers the job that exists. */
  name?: string;
  request: JobRequestInput;
  createdBy?: string;
};

export type SubmitOptions = {
  /** Whether this host supervises the job from the start. */
  claim: boolean;
  /** Rejects with `quota` when there is no room for new work. */
  room: () => Promise<void>;
  /** Runs a store call that may give this host claims. */
  certain: <T>(call: () => Promise<T>) => Promise<T>;
};

/** Stores a job, or answers the one that has its name and content. See `Engine.submit`. */
export async function submitJob(parts: EngineParts, job: NewJob, options: SubmitOptions): Promise<{ job: Job; created: boolean }> {
  const { store, session, clock, randomBytes, tracker } = parts;
  const request = parseRequest(job.request);
  // A job that exists already is answered as it is, whatever has become of its targets since.
  const known = job.name === undefined ? undefined : await store.named('job', job.name);
  if (known === undefined) {
    await options.room();
    await refuseWhatCannotRun(parts, request);
  }
  const id = newKey(randomBytes);
  const needs = await jobNeeds(request, { driver: (kind) => parts.targets.driver(kind), target: (target) => store.named('target', target), hostId: session.host.hostId });
  const [target] = request.targets;
  const at = wallTime(clock);
  const record = {
    type: 'job' as const,
    id,
    name: job.name ?? id,
    kind: request.group === undefined ? 'command' : 'group',
    state: 'submitted',
    active: true,
    needs,
    createdAt: at,
    ...(target !== undefined && { target }),
    ...(job.createdBy !== undefined && { createdBy: job.createdBy }),
    spec: request,
    doc: {},
  };
  const claim = options.claim && session.id !== undefined ? { claimFor: session.id } : {};
  const stored = await options.certain(() => store.create(record, { type: 'created', at, data: { targets: request.targets } }, claim));
  if (stored.created && stored.record.session !== undefined && stored.record.session === session.id) tracker.adopt(stored.record);
  return { job: jobOf(stored.record, stored.created ? [] : await store.attempts(stored.record.id)), created: stored.created };
}

async function refuseWhatCannotRun(parts: EngineParts, request: JobRequest): Promise<void> {
  const { spec, group, targets } = request;
  if ((spec === undefined) === (group === undefined)) throw new DestinoError('config-invalid', 'a job is either one command or a group of steps', { hint: 'give it a command' });
  if (group !== undefined) {
    const problems = await checkGroup(group, (step) => refuseWhatCannotRun(parts, step));
    if (problems.length > 0) throw invalid('the steps cannot run', problems);
  }
  if (spec === undefined) return;
  if (targets.length === 0) throw new DestinoError('config-invalid', 'the job names no target', { hint: 'name one: --target local' });
  const problems: (Problem & { target: string })[] = [];
  for (const target of targets) {
    const record = await parts.targets.record(target);
    if (parts.targets.driver(record.kind) === undefined) return;
    const found = (await checkJob(parts.targets, spec, target)).filter(({ severity }) => severity === 'error');
    if (found.length === 0) return;
    problems.push(...found.map((problem) => ({ ...problem, target })));
  }
  throw new DestinoError('config-invalid', `no target named can run it: ${problems.map(({ target, message }) => `${target}: ${message}`).join('; ')}`, {
    details: problems,
    ...(problems[0]?.hint !== undefined && { hint: problems[0].hint }),
  });
}
