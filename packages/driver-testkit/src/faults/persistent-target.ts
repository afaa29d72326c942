import type { CallOptions, ComputeTarget, Jobs, Nodes, Owned } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { LogRecord } from '@destino/core/model';
import { passes, persist, type Persistence } from './persist.ts';

type Again = <T>(options: CallOptions | undefined, call: (signal: { signal: AbortSignal }) => Promise<T>) => Promise<T>;

/**
 * A target as an engine uses it over a bad network: calls that fail for a passing reason, or do not end, are made again
 * with the same key; logs and files go on where they broke off. Probe, jobs, nodes and owned; other facets are as given.
 */
export function persistentTarget(target: ComputeTarget, persistence: Persistence): ComputeTarget {
  const again: Again = (options, call) => persist(call, options ?? {}, persistence);
  return {
    ...target,
    probe: (options) => again(options, (signal) => target.probe(signal)),
    ...(target.jobs !== undefined && { jobs: persistentJobs(target.jobs, persistence) }),
    ...(target.nodes !== undefined && { nodes: persistentNodes(target.nodes, again) }),
    ...(target.owned !== undefined && { owned: persistentOwned(target.owned, again) }),
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

function persistentNodes(nodes: Nodes, again: Again): Nodes {
  return {
    list: async function* (handle, options) {
      yield* await again(options, (signal) => all(nodes.list(handle, signal)));
    },
  };
}

function persistentOwned(owned: Owned, again: Again): Owned {
  return {
    list: async function* (options) {
      yield* await again(options, (signal) => all(owned.list(signal)));
    },
    remove: (thing, options) => again(options, (signal) => owned.remove(thing, signal)),
  };
}

function persistentJobs(jobs: Jobs, persistence: Persistence): Jobs {
  const again: Again = (options, call) => persist(call, options ?? {}, persistence);
  const { stage, admit, fetchOutput } = jobs;
  return {
    ...(stage !== undefined && { stage: (spec, options) => again(options, (signal) => stage.call(jobs, spec, { ...options, ...signal })) }),
    ...(admit !== undefined && { admit: (spec, options) => again(options, (signal) => admit.call(jobs, spec, signal)) }),
    submit: (spec, options) => again(options, (signal) => jobs.submit(spec, { ...options, ...signal })),
    find: (key, options) => again(options, (signal) => jobs.find(key, signal)),
    inspect: (handles, options) =>
      again(options, async (signal) => {
        const views = await jobs.inspect(handles, signal);
        for (const view of views) if (view.seen === 'unknown' && passes(view.error)) throw new DestinoError('unavailable', view.error.message);
        return views;
      }),
    logs: (handle, options) => persistentLogs((since, signal) => jobs.logs(handle, { ...options, ...(since !== undefined && { since }), ...signal }), options, persistence),
    cancel: (handle, options) => again(options, (signal) => jobs.cancel(handle, { ...options, ...signal })),
    outputs: async function* (handle, options) {
      yield* await again(options, (signal) => all(jobs.outputs(handle, signal)));
    },
    ...(fetchOutput !== undefined && {
      fetchOutput: async function* (handle, file, options) {
        yield* await again(options, (signal) => all(fetchOutput.call(jobs, handle, file, { ...options, ...signal })));
      },
    }),
    release: (handle, options) => again(options, (signal) => jobs.release(handle, signal)),
  };
}

type LogOptions = CallOptions & { since?: string };
type OpenLog = (since: string | undefined, options: { signal: AbortSignal }) => AsyncIterable<LogRecord>;

/** After a break, or a silence that may be one, the log is opened anew behind the last record. */
async function* persistentLogs(openAt: OpenLog, options: LogOptions, persistence: Persistence): AsyncIterable<LogRecord> {
  let { since } = options;
  let open: { reader: AsyncIterator<LogRecord>; stop: AbortController } | undefined;
  const next = async ({ signal }: { signal: AbortSignal }): Promise<IteratorResult<LogRecord, unknown>> => {
    if (open === undefined) {
      const stop = new AbortController();
      open = { stop, reader: openAt(since, { signal: stop.signal })[Symbol.asyncIterator]() };
    }
    const { reader, stop } = open;
    const giveUp = (): void => stop.abort(signal.reason);
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await reader.next();
    } catch (error) {
      open = undefined;
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };
  try {
    for (;;) {
      const record = await persist(next, options, persistence);
      if (record.done === true) return;
      since = record.value.cursor;
      yield record.value;
    }
  } finally {
    await open?.reader.return?.();
  }
}
