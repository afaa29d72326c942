import type { CallOptions, Jobs } from '@destino/core/driver';
import { DestinoError, errorToData, toDestinoError } from '@destino/core/errors';
import { isTerminalJobState, type Handle, type JobInspection } from '@destino/core/model';
import { makeHandle, readHandle } from './handle.ts';
import { viewOf } from './inspect.ts';
import { readLogs } from './logs.ts';
import { listOutputs, readOutput } from './outputs.ts';
import { parsePoll, pollScript, type Polled } from './poll.ts';
import { cancelScript, findScript, releaseScript } from './scripts.ts';
import { bringContent } from './stage.ts';
import { submitJob, type Cluster } from './submit.ts';

/** The eight verbs, each one script on the login node. */
export function slurmJobs(cluster: Cluster): Jobs {
  const { shell, context } = cluster;
  const poll = async (keys: readonly string[], options: CallOptions): Promise<Polled> =>
    parsePoll((await shell.run({ op: 'inspect' }, pollScript, { ...options, words: keys })).toString('utf8'));
  const inspect = async (handles: readonly Handle[], options: CallOptions): Promise<JobInspection[]> => {
    const read = handles.map(readable);
    const keys = [...new Set(read.flatMap((each) => ('key' in each ? [each.key] : [])))];
    if (options.signal?.aborted === true) throw new DestinoError('aborted', 'the call was stopped', { cause: options.signal.reason });
    const polled = keys.length === 0 ? { folders: new Map(), slurm: new Map() } : await poll(keys, options);
    return read.map((each) => ('key' in each ? viewOf(each, polled) : each));
  };
  const finished = async (handle: Handle, options: CallOptions): Promise<boolean> => {
    const [view] = await inspect([handle], options);
    return view === undefined || (view.seen === 'yes' && isTerminalJobState(view.state)) || view.seen === 'absent';
  };
  return {
    stage: (spec, options) => bringContent(cluster, spec, options),
    submit: async (spec, options) => ({ handle: await submitJob(cluster, spec, options) }),
    find: async (key, options = {}) => {
      const [id, nodes, each] = (await shell.run({ op: 'find', key }, findScript, { ...options, words: [key] })).toString('utf8').trim().split(' ');
      if (id === undefined || id === '') return { found: false, conclusive: false }; // a script of another process may be on its way
      return { found: true, handle: makeHandle(id, { key, nodes: Number(nodes), processesPerNode: Number(each) }) };
    },
    inspect: (handles, options = {}) => inspect(handles, options),
    logs: (handle, options) => {
      const { key, nodes, processesPerNode } = readHandle(handle);
      const call = options.signal === undefined ? {} : { signal: options.signal };
      return readLogs(shell, { ...options, key, clock: context.clock, manyRanks: nodes * processesPerNode > 1, finished: () => finished(handle, call) });
    },
    cancel: async (handle, { graceMs, ...options }) => {
      const { key } = readHandle(handle);
      await shell.run({ op: 'scancel', key }, cancelScript, { ...options, words: [key, String(Math.round(graceMs))] });
    },
    outputs: (handle, options = {}) => listOutputs(shell, readHandle(handle).key, options),
    fetchOutput: (handle, file, options = {}) => readOutput(shell, readHandle(handle).key, file, options),
    release: async (handle, options = {}) => {
      const { key } = readHandle(handle);
      if (!(await finished(handle, options))) throw new DestinoError('conflict', `the job ${handle.id} has not ended`, { hint: 'cancel it first: destino job cancel NAME' });
      await shell.run({ op: 'release', key }, releaseScript, { ...options, words: [key] });
    },
  };
}

/** What a handle says, or the answer for one that cannot be read. */
function readable(handle: Handle): ReturnType<typeof readHandle> | JobInspection {
  try {
    return readHandle(handle);
  } catch (error) {
    return { seen: 'unknown', error: errorToData(toDestinoError(error)) };
  }
}
