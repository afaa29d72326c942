import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '../container-instance/runner.ts';
import type { Resource } from '../state/resource-store.ts';
import { guidOf } from './guid.ts';
import { createJobSteps, killAll, type JobTools } from './job-steps.ts';
import { forgetRun, isEnded, keepRun, runOf, type JobRun } from './job-state.ts';
import { recordType } from './records.ts';

/** Jobs from their submission to their end. */
export interface JobLife {
  begin(job: Resource): void;
  /** @returns the operation that ends with the job, or nothing where it has ended already. */
  cancel(job: Resource, operation: string): void;
  /** Ends it and forgets its files. */
  destroy(job: Resource): Promise<void>;
  resume(): void;
  close(endEffects: boolean): Promise<void>;
}

const lookEveryMs = 40;

/**
 * Looks at every job that has not ended, over and over: what it does next follows from what is written down of it, so
 * that a restart of the emulator changes nothing. In real time, since processes end in it.
 */
export function createJobLife(tools: JobTools): JobLife {
  const { world, runner, timings } = tools;
  const active = new Map<string, Promise<void> | undefined>();
  const step = createJobSteps(tools);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const look = (): void => {
    timer = undefined;
    for (const [id, under] of active) if (under === undefined) active.set(id, step(id).finally(() => looked(id)));
    wake();
  };
  const looked = (id: string): void => {
    const run = runOf(world.store, id);
    if (run === undefined || isEnded(run)) active.delete(id);
    else active.set(id, undefined);
  };
  const wake = (): void => {
    if (!closed && active.size > 0) timer ??= setTimeout(look, lookEveryMs);
  };
  const follow = (id: string): void => {
    active.set(id, active.get(id));
    wake();
  };
  return {
    begin: (job) => {
      keepRun(world.store, job, fresh(tools, job));
      follow(job.id);
    },
    cancel: (job, operation) => {
      const run = runOf(world.store, job.id);
      if (run !== undefined) keepRun(world.store, job, { ...run, status: 'CancelRequested', operation });
    },
    destroy: async (job) => {
      const run = runOf(world.store, job.id);
      forgetRun(world.store, job.id);
      await active.get(job.id);
      active.delete(job.id);
      if (run === undefined) return;
      await killAll(runner, run, timings.jobGraceMs);
      await rm(run.folder, { recursive: true, force: true, maxRetries: 5 });
    },
    resume: () => {
      for (const { id } of world.store.list(({ type }) => type === recordType({ path: 'jobs/{job}' }))) {
        const run = runOf(world.store, id);
        if (run !== undefined && !isEnded(run)) follow(id);
      }
    },
    close: async (endEffects) => {
      closed = true;
      clearTimeout(timer);
      await Promise.all([...active.values()].filter((each) => each !== undefined));
      if (endEffects) await Promise.all([...active.keys()].map((id) => endRun(runner, runOf(world.store, id))));
    },
  };
}

async function endRun(runner: Runner, run: JobRun | undefined): Promise<void> {
  if (run !== undefined) await killAll(runner, run, 0);
}

function fresh({ world }: JobTools, { id }: Resource): JobRun {
  return { status: 'Starting', sinceMs: world.clock.nowMs(), folder: join(world.store.folder, 'jobs', guidOf(id)), image: '', processes: [] };
}
