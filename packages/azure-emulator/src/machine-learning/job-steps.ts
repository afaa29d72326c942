import { rm } from 'node:fs/promises';
import type { Runner } from '../container-instance/runner.ts';
import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import type { ComputeLife } from './compute-life.ts';
import { computeOf, scaleOf } from './compute-state.ts';
import type { Storage } from './datastores.ts';
import { bringFiles, singleFiles } from './job-files.ts';
import { jobPlaces, planProcess } from './job-plan.ts';
import { readCommandJob, type CommandJob } from './job-properties.ts';
import { keepRun, runOf, type ActiveStatus, type EndStatus, type JobRun } from './job-state.ts';
import { processesOf } from './rank-variables.ts';
import { recordProperties } from './records.ts';
import type { MachineLearningTimings } from './timings.ts';

export type JobTools = { world: World; runner: Runner; life: ComputeLife; timings: MachineLearningTimings; storage: Storage | undefined };

type Held = { job: Resource; asked: CommandJob; run: JobRun; forMs: number };
type Problem = { code: string; message: string };

/** What becomes of a run by one look: nothing, or what is to be kept. */
type Next = Partial<JobRun> | undefined;

const execution = 'ExecutionFailed';

export async function killAll(runner: Runner, { processes }: JobRun, graceMs: number): Promise<void> {
  await Promise.all(processes.map(async ({ run, exitCode }) => (run === undefined || exitCode !== undefined ? undefined : await runner.kill(run, graceMs))));
}

function failed(code: string, message: string): Next {
  return { status: 'Finalizing', verdict: 'Failed', error: { code, message } };
}

async function take(step: (held: Held) => Next | Promise<Next>, held: Held): Promise<Next> {
  try {
    return await step(held);
  } catch (error) {
    return failed('SystemError', error instanceof Error ? error.message : String(error));
  }
}

/** One look at a job. */
export function createJobSteps(tools: JobTools): (id: string) => Promise<void> {
  const { world, life } = tools;
  const steps: Readonly<Record<ActiveStatus, (held: Held) => Next | Promise<Next>>> = {
    Starting: (held) => (held.forMs < tools.timings.jobStartMs ? undefined : begin(tools, held)),
    Preparing: (held) => (held.forMs < tools.timings.prepareMs ? undefined : prepare(tools, held)),
    Queued: (held) => queue(tools, held),
    Running: (held) => watch(tools, held),
    CancelRequested: async ({ run }) => {
      await killAll(tools.runner, run, tools.timings.jobGraceMs);
      return { status: 'Finalizing', verdict: 'Canceled' };
    },
    Finalizing: ({ run, forMs }) => (forMs < tools.timings.finalizeMs ? undefined : { status: run.verdict ?? 'Failed', endMs: world.clock.nowMs() }),
  };
  return async (id) => {
    const job = world.store.get(id);
    const run = runOf(world.store, id);
    if (job === undefined || run === undefined || !(run.status in steps)) return;
    const asked = readCommandJob(recordProperties(job));
    keep(job, run, asked, await take(steps[run.status as ActiveStatus], { job, asked, run, forMs: world.clock.nowMs() - run.sinceMs }));
  };

  /** What was asked meanwhile, a cancellation, stands above what was found. */
  function keep(job: Resource, before: JobRun, asked: CommandJob, next: Next): void {
    const now = runOf(world.store, job.id);
    if (next === undefined || now === undefined) return;
    const overtaken = now.status !== before.status;
    const { status = now.status, ...found } = next;
    const kept: JobRun = { ...now, ...found, ...(!overtaken && status !== now.status && { status, sinceMs: world.clock.nowMs() }) };
    if (overtaken) delete kept.verdict;
    if (kept.status !== 'Queued') delete kept.waiting;
    keepRun(world.store, job, kept);
    if (kept.endMs === undefined) return;
    life.release(asked.computeId, job.id);
    if (kept.operation !== undefined) world.operations.end(kept.operation, 'Succeeded');
  }
}

/** Looks at what it names; what is wrong with that is found now, not when it was submitted. */
function begin({ world }: JobTools, { job, asked }: Held): Next {
  const { jobType } = recordProperties(job);
  if (jobType !== 'Command') return failed('UnsupportedJobType', `This emulator runs jobs of the type 'Command'; '${job.name}' is of the type '${String(jobType)}'.`);
  const compute = world.store.get(asked.computeId);
  const problem = compute === undefined ? { code: 'UserError', message: `Compute '${asked.computeId}' was not found.` } : refusal(compute, asked);
  if (problem !== undefined) return failed(problem.code, problem.message);
  return { status: 'Preparing', image: imageOf(world, asked.environmentId), processes: processesOf(asked) };
}

function refusal(compute: Resource, { instances }: CommandJob): Problem | undefined {
  const state = computeOf(compute);
  const { computeType } = state.request;
  if (computeType === 'ComputeInstance') return instances === 1 ? undefined : { code: 'UserError', message: 'A compute instance runs jobs of one node only.' };
  if (computeType !== 'AmlCompute') return { code: 'UserError', message: `This emulator runs jobs on AmlCompute and ComputeInstance; '${compute.name}' is of the type '${computeType}'.` };
  const { maxNodeCount } = scaleOf(state);
  return instances <= maxNodeCount ? undefined : { code: 'JobNodeCountExceedsMaxNodeCount', message: `The job asks for ${instances} nodes; the compute '${compute.name}' has ${maxNodeCount} at most.` };
}

/** Of an environment by ARM id or by `azureml:NAME:VERSION`; one without an image runs on what the machine has. */
function imageOf(world: World, environmentId: string): string {
  const found = world.store.get(environmentId);
  const image = found === undefined ? undefined : recordProperties(found)['image'];
  return typeof image === 'string' ? image : 'python:3.12';
}

async function prepare({ runner, life }: JobTools, { job, asked, run }: Held): Promise<Next> {
  try {
    await runner.pull(run.image);
  } catch (error) {
    return failed('ImagePullFailed', error instanceof Error ? error.message : String(error));
  }
  life.claim(asked.computeId, job.id, asked.instances);
  return { status: 'Queued' };
}

async function queue(tools: JobTools, { job, asked, run }: Held): Promise<Next> {
  const { world, life, runner } = tools;
  const nodes = life.nodesOf(asked.computeId, job.id);
  if (nodes === undefined || nodes.length === 0) {
    const waiting = reasonOf(world, asked);
    return waiting.message === run.waiting?.message ? undefined : { waiting };
  }
  try {
    await rm(run.folder, { recursive: true, force: true });
    await bringFiles(tools, job, asked, run);
  } catch (error) {
    return failed('DataAccessError', error instanceof Error ? error.message : String(error));
  }
  const files = await singleFiles(run, asked);
  const started = await Promise.all(run.processes.map(async (each) => ({ ...each, run: await runner.start(planProcess(job, asked, run, each, files)) })));
  return { status: 'Running', startMs: world.clock.nowMs(), processes: started };
}

function reasonOf(world: World, { computeId, instances }: CommandJob): Problem {
  const compute = world.store.get(computeId);
  if (compute === undefined) return { code: 'ComputeGone', message: 'The compute was deleted.' };
  const { request, power, errors: [error] } = computeOf(compute);
  if (error !== undefined) return error;
  if (request.computeType === 'ComputeInstance') return { code: 'WaitingForInstance', message: `The compute instance is '${power?.state ?? 'Unknown'}' or runs another job.` };
  return { code: 'WaitingForNodes', message: `Waiting for ${instances} node${instances === 1 ? '' : 's'} of the cluster '${compute.name}'.` };
}

async function watch({ world, runner, life, timings }: JobTools, { job, asked, run }: Held): Promise<Next> {
  life.settle(asked.computeId);
  if (life.nodesOf(asked.computeId, job.id) === undefined) {
    await killAll(runner, run, 0);
    return failed('NodePreempted', 'A node of the job was preempted: the platform needs its capacity.');
  }
  if (asked.timeoutMs !== undefined && world.clock.nowMs() - (run.startMs ?? 0) > asked.timeoutMs) {
    await killAll(runner, run, timings.jobGraceMs);
    return { status: 'Finalizing', verdict: 'Canceled', error: { code: 'JobTimeoutExceeded', message: `The job was canceled: it ran for longer than its time-out of ${asked.timeoutMs / 1000} seconds.` } };
  }
  const processes = await Promise.all(run.processes.map(async (each) => {
    if (each.exitCode !== undefined || each.run === undefined) return each;
    const exitCode = await runner.exitCode({ folder: jobPlaces.process(run.folder, each.rank), generation: 0 }, each.run);
    return exitCode === undefined ? each : { ...each, exitCode };
  }));
  const wrong = run.error === undefined ? processes.find(({ exitCode = 0 }) => exitCode !== 0) : undefined;
  const error = wrong === undefined ? undefined : { code: execution, message: `Execution failed. User process '/bin/sh' of rank ${wrong.rank} exited with status code ${wrong.exitCode ?? ''}.` };
  if (error !== undefined) await killAll(runner, { ...run, processes }, timings.jobGraceMs); // the first that fails ends the others
  const over = processes.every(({ exitCode }) => exitCode !== undefined);
  const verdict: EndStatus = (error ?? run.error) === undefined ? 'Completed' : 'Failed';
  if (!over && error === undefined) return undefined;
  return { processes, ...(error !== undefined && { error }), ...(over && { status: 'Finalizing' as const, verdict }) };
}
