import { existsSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DriverContext, EffectOptions, Jobs } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Handle, JobSpec, Json } from '@destino/core/model';
import { parseTicket, ticketName } from '@destino/helper';
import { cancelJob } from './cancel.ts';
import { makeHandle, readHandle } from './handle.ts';
import { inspectJob } from './inspect.ts';
import { jobFiles, type JobFiles } from './layout.ts';
import { logFilesOf, readLogs } from './logs.ts';
import type { LocalMachine } from './local-machine.ts';
import { errnoOf, heed, told } from './map-error.ts';
import { isTerminalJobState } from '@destino/core/model';
import { listOutputs, readOutput } from './outputs.ts';
import { readRecord } from './record-file.ts';
import { releaseJob } from './release.ts';
import { bringContent, stagedSchema } from './stage.ts';
import { tellTrackingTrouble } from './tracking.ts';
import { writeJob } from './write-job.ts';

/** The eight verbs, each a few file operations on the folder that the helper works in. */
export function localJobs(here: LocalMachine, context: DriverContext): Jobs {
  const around = { machine: here.machine, queue: () => here.queue(), wallMs: () => context.clock.wallMs() };
  const filesOf = (handle: Handle): JobFiles => jobFiles(readHandle(handle).folder);
  const finished = (handle: Handle): boolean => {
    const [view] = [inspectJob(handle, { ...around, queue: () => here.emptyQueue })];
    return (view.seen === 'yes' && isTerminalJobState(view.state)) || (view.seen === 'absent' && view.conclusive);
  };
  return {
    stage: async (spec, options) =>
      told('bring the code and the inputs into the job’s folder', options, async () => {
        await here.prepare();
        const files = jobFiles(join(here.places.jobs, options.key));
        if (existsSync(files.record)) return { key: options.key, singles: {} }; // submitted already
        await mkdir(files.folder, { recursive: true, mode: 0o700 });
        return await bringContent(spec, options.key, files, context, options);
      }),
    submit: async (spec, options) => told('start the job', options, async () => ({ handle: await submit(here, context, spec, options) })),
    find: async (key, options) => {
      heed(options);
      const files = jobFiles(join(here.places.jobs, key));
      const there = existsSync(files.record) && !existsSync(files.released) && (existsSync(files.claim) || ticketOf(here, key) !== undefined);
      return there ? { found: true, handle: makeHandle(key, { folder: files.folder, bootId: here.machine.bootId }) } : { found: false, conclusive: true };
    },
    inspect: async (handles, options) => {
      heed(options);
      const views = handles.map((handle) => inspectJob(handle, around));
      if (views.some((view) => view.seen === 'yes' && view.state === 'queued')) await told('start the queue of this machine', options, () => here.server.ensure());
      return views;
    },
    logs: (handle, options) => readLogs(filesOf(handle), { ...options, clock: context.clock, finished: () => finished(handle) }),
    logFiles: async (handle, options) => {
      heed(options);
      return logFilesOf(filesOf(handle));
    },
    cancel: async (handle, { graceMs, ...options }) =>
      told('cancel the job', options, async () => {
        const { key } = readHandle(handle);
        await cancelJob({ key, files: filesOf(handle), graceMs, wallMs: context.clock.wallMs(), server: here.server });
      }),
    outputs: (handle, options = {}) => listOutputs(filesOf(handle), options),
    fetchOutput: (handle, file, options = {}) => readOutput(filesOf(handle), file, options),
    release: async (handle, options) =>
      told('release the job', options, async () => {
        const files = filesOf(handle);
        if (existsSync(files.record) && !finished(handle) && readRecord(files.record)?.claimed !== undefined) {
          throw new DestinoError('conflict', `the job ${handle.id} is still running`, { hint: 'cancel it first: destino job cancel NAME' });
        }
        await tellTrackingTrouble(files, handle.id, context);
        await releaseJob(files);
      }),
  };
}

async function submit(here: LocalMachine, context: DriverContext, job: JobSpec, options: EffectOptions & { staged?: Json }): Promise<Handle> {
  const { key } = options;
  await here.prepare();
  const files = jobFiles(join(here.places.jobs, key));
  const handle = makeHandle(key, { folder: files.folder, bootId: here.machine.bootId });
  if (existsSync(files.claim) || existsSync(files.released)) return handle;
  const fresh = !existsSync(files.record);
  if (fresh) {
    const given = stagedSchema.safeParse(options.staged);
    const brought = given.success && given.data.key === key && existsSync(files.work);
    await mkdir(files.folder, { recursive: true, mode: 0o700 });
    const staged = brought ? given.data : await bringContent(job, key, files, context, options);
    await writeJob({ job, key, files, places: here.places, staged, context, script: await here.server.prepare(), ...(here.dockerHost !== undefined && { dockerHost: here.dockerHost }) }, options);
  }
  await here.server.tell((fresh ? undefined : ticketOf(here, key)) ?? (await writeTicket(here, key, job)));
  return handle;
}

async function writeTicket(here: LocalMachine, key: string, { resources }: JobSpec): Promise<string> {
  const { cores = 1, memoryBytes = 0, gpus = 0 } = resources;
  const name = ticketName({ order: here.machine.order(), key, cores, memoryBytes, gpus, bootId: here.machine.bootId });
  await writeFile(join(here.places.queue, name), '', { mode: 0o600 });
  return name;
}

/** The ticket of a job that an earlier call has written. One listing of the queue. */
function ticketOf(here: LocalMachine, key: string): string | undefined {
  try {
    return readdirSync(here.places.queue).find((name) => parseTicket(name)?.key === key);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
