import type { RunReference } from '../container-instance/runner.ts';
import type { Resource, ResourceStore } from '../state/resource-store.ts';

export type ActiveStatus = 'Starting' | 'Preparing' | 'Queued' | 'Running' | 'CancelRequested' | 'Finalizing';
export type EndStatus = 'Completed' | 'Failed' | 'Canceled';

/** One process of a job. `node` counts from 0. */
export type JobProcess = { rank: number; localRank: number; node: number; run?: RunReference; exitCode?: number };

/** How far a job is. Everything that a restart needs stands in it. */
export type JobRun = {
  status: ActiveStatus | EndStatus;
  sinceMs: number;
  startMs?: number;
  endMs?: number;
  /** What it will be once it is finalized. */
  verdict?: EndStatus;
  error?: { code: string; message: string };
  /** Why it waits. */
  waiting?: { code: string; message: string };
  folder: string;
  image: string;
  processes: JobProcess[];
  operation?: string;
};

const runType = 'emulator/jobRuns';

function runId(jobId: string): string {
  return `${jobId}/run`;
}

export function runOf(store: ResourceStore, jobId: string): JobRun | undefined {
  return store.get(runId(jobId))?.hidden as JobRun | undefined;
}

export function keepRun(store: ResourceStore, { id, subscription, group, createdMs }: Resource, run: JobRun): void {
  store.put({ id: runId(id), type: runType, subscription, group, name: 'run', createdMs, body: {}, hidden: run });
}

export function forgetRun(store: ResourceStore, jobId: string): void {
  store.delete(runId(jobId));
}

export function isEnded({ status }: Pick<JobRun, 'status'>): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Canceled';
}
