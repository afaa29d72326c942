import type { ComputeTarget, Jobs, Services } from '@destino/core/driver';
import { isTerminalJobState, isWaitingJobState, type Handle, type JobInspection, type JobSpec, type JobView, type LogRecord, type Owner } from '@destino/core/model';
import { CheckFailure, present } from './assert.ts';
import type { JobProgramme } from './programme-kind.ts';
import type { ConformanceSubject, OtherProcess } from './subject.ts';

/** What one check works with; all that it made is cancelled, released and closed when it ends. */
export interface Trial {
  readonly subject: ConformanceSubject;
  open(options?: { owner?: Owner }): Promise<ComputeTarget>;
  /** The jobs facet of a target opened anew, as another process has it. */
  openJobs(options?: { owner?: Owner }): Promise<Jobs>;
  openServices(options?: { owner?: Owner }): Promise<Services>;
  /** Another process of the operating system, ended with the check. */
  elsewhere(): Promise<OtherProcess>;
  /** What the call comes to, or a failure when patience ends. */
  within<Answer>(call: Promise<Answer>, what: string): Promise<Answer>;
  openFresh(options: { name: string; exists: boolean; owner?: Owner }): Promise<ComputeTarget>;
  /** A name never used before. */
  newName(): string;
  effect(key?: string): { key: string; fence: number };
  /** Submits, again and again while the target is busy. */
  submit(jobs: Jobs, programme: JobProgramme | JobSpec, key?: string): Promise<Handle>;
  /** Has the job under `key`, if there is one, ended and released with the rest. */
  adopt(jobs: Jobs, key: string): Promise<void>;
  /** Deploys a service of `makeService`. */
  deploy(services: Services, name: string, revision: number, key?: string): Promise<Handle>;
  /** Looks until `done` holds for what is seen. @throws when patience ends. */
  until<Seen>(look: () => Promise<Seen>, done: (seen: Seen) => boolean, what: string): Promise<Seen>;
  /** Inspects until the job has ended, and answers how. */
  end(jobs: Jobs, handle: Handle): Promise<JobView>;
  /** Inspects until the job no longer waits: it runs, or has run. */
  running(jobs: Jobs, handle: Handle): Promise<void>;
  inspect(jobs: Jobs, handle: Handle): Promise<JobInspection>;
  /** All records up to the end of the stream. */
  collect(records: AsyncIterable<LogRecord>): Promise<LogRecord[]>;
  pause(ms?: number): Promise<void>;
  cleanUp(): Promise<void>;
}

type Made = { others: OtherProcess[]; targets: ComputeTarget[]; jobs: { jobs: Jobs; handle: Handle }[]; services: { services: Services; handle: Handle }[] };

async function cleanUp(made: Made): Promise<void> {
  const ends: Promise<unknown>[] = [];
  for (const { jobs, handle } of made.jobs) ends.push((async () => (await jobs.cancel(handle, { graceMs: 0 }), await jobs.release(handle)))());
  for (const { services, handle } of made.services) ends.push(services.undeploy(handle));
  // A driver that breaks a rule may also fail here; the check has already said so.
  await Promise.allSettled(ends);
  await Promise.allSettled(made.others.map((other) => other.end()));
  await Promise.allSettled(made.targets.map((target) => target[Symbol.asyncDispose]()));
}

function seeing(subject: ConformanceSubject): Pick<Trial, 'until' | 'within' | 'end' | 'running' | 'inspect' | 'pause' | 'collect'> {
  const { clock, patienceMs = 30_000, pollMs = 20 } = subject;
  const pause = (ms = pollMs): Promise<void> => clock.sleep(ms);
  const until: Trial['until'] = async (look, done, what) => {
    const endMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      const seen = await look();
      if (done(seen)) return seen;
      if (clock.monotonicMs() > endMs) throw new CheckFailure(`${what} did not happen within ${patienceMs} ms; last seen: ${JSON.stringify(seen)}`);
      await pause();
    }
  };
  const inspect: Trial['inspect'] = async (jobs, handle) => present((await jobs.inspect([handle]))[0], 'the answer of inspect');
  return {
    pause,
    until,
    within: async (call, what) => {
      const over = new AbortController();
      const limit = clock.sleep(patienceMs, { signal: over.signal }).then(() => {
        throw new CheckFailure(`${what} did not end within ${patienceMs} ms`);
      });
      limit.catch(() => undefined);
      return await Promise.race([call, limit]).finally(() => over.abort());
    },
    inspect,
    end: async (jobs, handle) => {
      const view = await until(() => inspect(jobs, handle), (seen) => seen.seen === 'yes' && isTerminalJobState(seen.state), `the end of the job '${handle.id}'`);
      if (view.seen !== 'yes') throw new CheckFailure('unreachable');
      return view;
    },
    running: async (jobs, handle) => {
      const begun = (seen: JobInspection): boolean => seen.seen === 'yes' && !isWaitingJobState(seen.state);
      await until(() => inspect(jobs, handle), begun, `the beginning of the job '${handle.id}'`);
    },
    collect: async (records) => {
      const all: LogRecord[] = [];
      for await (const record of records) all.push(record);
      return all;
    },
  };
}

/** The things that one check may use. */
export function createTrial(subject: ConformanceSubject): Trial {
  const made: Made = { others: [], targets: [], jobs: [], services: [] };
  const keep = async (opening: ComputeTarget | Promise<ComputeTarget>): Promise<ComputeTarget> => {
    const target = await opening;
    made.targets.push(target);
    return target;
  };
  const open: Trial['open'] = (options) => keep(subject.open(options));
  const effect: Trial['effect'] = (key) => ({ key: key ?? subject.newKey(), fence: 1 });
  const see = seeing(subject);
  return {
    ...see,
    subject,
    open,
    effect,
    openJobs: async (options) => present((await open(options)).jobs, 'the jobs facet'),
    openServices: async (options) => present((await open(options)).services, 'the services facet'),
    elsewhere: async () => {
      const other = await present(subject.elsewhere, 'elsewhere').call(subject);
      made.others.push(other);
      return other;
    },
    openFresh: (options) => keep(present(subject.openFresh, 'openFresh').call(subject, options)),
    newName: () => `t${subject.newKey().slice(0, 12)}`,
    submit: async (jobs, programme, key) => {
      const options = effect(key);
      const spec = 'does' in programme ? subject.makeJob(programme) : programme;
      const answer = await see.until(() => jobs.submit(spec, options), (seen) => 'handle' in seen, 'the submission');
      const { handle } = answer as { handle: Handle };
      made.jobs.push({ jobs, handle });
      return handle;
    },
    adopt: async (jobs, key) => {
      const found = await jobs.find(key);
      if (found.found) made.jobs.push({ jobs, handle: found.handle });
    },
    deploy: async (services, name, revision, key) => {
      const { handle } = await services.deploy(present(subject.makeService, 'makeService').call(subject, name, revision), effect(key));
      made.services.push({ services, handle });
      return handle;
    },
    cleanUp: () => cleanUp(made),
  };
}
