import { z } from 'zod';
import type { CallOptions, Jobs } from '../driver/index.ts';
import { foundSchema, jobInspectionSchema, jsonSchema, keySchema, logFileSchema, logRecordSchema, outputFileSchema, type Found, type Handle } from '../model/index.ts';
import { admissionSchema, bytesSchema, fromSchema, graceSchema, logOptionsSchema, submittedSchema } from './answer-schemas.ts';
import { readEffect, readJobSpec, readOptions, readStaged, readTransfer } from './arguments.ts';
import { readAs } from './guard-errors.ts';
import { handleIn, handleOut } from './guard-handles.ts';
import { inspectAll } from './guard-inspect.ts';
import type { GuardScope } from './guard-options.ts';
import { guardedCall } from './guarded-call.ts';
import { guardedIterable } from './guarded-iterable.ts';

const noOptionsSchema = z.object({});

/** A verb that takes a handle and answers nothing. */
export function handleVerb<Options extends CallOptions>(scope: GuardScope, op: string, schema: z.ZodType, verb: (handle: Handle, options: Options) => Promise<void>) {
  return (handle: Handle, options: Options): Promise<void> => {
    const call = { op, handleIds: [handle.id] };
    return guardedCall(scope, call, options?.signal, {
      start: async (signal) => {
        await verb(handleIn(handle, scope, call), readOptions(options, schema, signal, scope, call));
      },
    });
  };
}

export function findVerb(scope: GuardScope, op: string, find: (key: string, options?: CallOptions) => Promise<Found>) {
  return (key: string, options?: CallOptions): Promise<Found> => {
    const call = { op };
    return guardedCall(scope, call, options?.signal, {
      start: async (signal) => {
        const found = readAs(foundSchema, await find(readAs(keySchema, key, 'the key given', scope, call), { signal }), 'its answer', scope, call);
        return found.found ? { found: true, handle: handleOut(found.handle, scope, call) } : found;
      },
    });
  };
}

export function logsVerb(scope: GuardScope, op: string, logs: Jobs['logs']): Jobs['logs'] {
  return (handle, options) => {
    const call = { op, handleIds: [handle.id] };
    return guardedIterable(scope, call, options.signal, {
      start: (signal) => logs(handleIn(handle, scope, call), readOptions(options, logOptionsSchema, signal, scope, call)),
      check: (record) => readAs(logRecordSchema, record, 'a log record', scope, call),
      patient: options.follow,
    });
  };
}

function startVerbs(scope: GuardScope, jobs: Jobs): Pick<Jobs, 'submit' | 'stage' | 'admit'> {
  const { stage, admit } = jobs;
  return {
    ...(stage !== undefined && {
      stage: (spec, options) => {
        const call = { op: 'jobs.stage' };
        return guardedCall(scope, call, options.signal, {
          start: async (signal, touch) =>
            readAs(jsonSchema, await stage.call(jobs, readJobSpec(spec, scope, call), readTransfer(options, signal, touch, scope, call)), 'its answer', scope, call),
        });
      },
    }),
    ...(admit !== undefined && {
      admit: (spec, options) => {
        const call = { op: 'jobs.admit' };
        return guardedCall(scope, call, options?.signal, {
          start: async (signal) => readAs(admissionSchema, await admit.call(jobs, readJobSpec(spec, scope, call), { signal }), 'its answer', scope, call) as Awaited<ReturnType<typeof admit>>,
        });
      },
    }),
    submit: (spec, options) => {
      const call = { op: 'jobs.submit' };
      return guardedCall(scope, call, options.signal, {
        start: async (signal) => {
          const read = { ...readEffect(options, signal, scope, call), ...readStaged(options.staged, scope, call) };
          const answer = readAs(submittedSchema, await jobs.submit(readJobSpec(spec, scope, call), read), 'its answer', scope, call);
          return 'handle' in answer ? { handle: handleOut(answer.handle, scope, call) } : answer;
        },
      });
    },
  };
}

function resultVerbs(scope: GuardScope, jobs: Jobs): Pick<Jobs, 'outputs' | 'fetchOutput' | 'logFiles'> {
  const { fetchOutput, logFiles } = jobs;
  return {
    outputs: (handle, options) => {
      const call = { op: 'jobs.outputs', handleIds: [handle.id] };
      return guardedIterable(scope, call, options?.signal, {
        start: (signal) => jobs.outputs(handleIn(handle, scope, call), { signal }),
        check: (file) => readAs(outputFileSchema, file, 'an output', scope, call),
      });
    },
    ...(fetchOutput !== undefined && {
      fetchOutput: (handle, file, options) => {
        const call = { op: 'jobs.fetchOutput', handleIds: [handle.id] };
        return guardedIterable(scope, call, options?.signal, {
          start: (signal) => {
            const asked = readAs(outputFileSchema, file, 'the output given', scope, call);
            return fetchOutput.call(jobs, handleIn(handle, scope, call), asked, readOptions(options, fromSchema, signal, scope, call));
          },
          check: (bytes) => readAs(bytesSchema, bytes, 'a piece of the output', scope, call),
        });
      },
    }),
    ...(logFiles !== undefined && {
      logFiles: (handle, options) => {
        const call = { op: 'jobs.logFiles', handleIds: [handle.id] };
        return guardedCall(scope, call, options?.signal, {
          start: async (signal) => readAs(z.array(logFileSchema), await logFiles.call(jobs, handleIn(handle, scope, call), { signal }), 'its answer', scope, call),
        });
      },
    }),
  };
}

/** The jobs facet, every argument and answer checked. Optional verbs are there when the driver has them. */
export function guardJobs(scope: GuardScope, jobs: Jobs): Jobs {
  return {
    ...startVerbs(scope, jobs),
    ...resultVerbs(scope, jobs),
    find: findVerb(scope, 'jobs.find', (key, options) => jobs.find(key, options)),
    inspect: (handles, options) => {
      const call = { op: 'jobs.inspect', handleIds: handles.map((handle) => handle.id) };
      return guardedCall(scope, call, options?.signal, {
        start: (signal) => inspectAll(handles, jobInspectionSchema, scope, call, (readable) => jobs.inspect(readable, { signal })),
      });
    },
    logs: logsVerb(scope, 'jobs.logs', (handle, options) => jobs.logs(handle, options)),
    cancel: handleVerb(scope, 'jobs.cancel', graceSchema, (handle, options: CallOptions & { graceMs: number }) => jobs.cancel(handle, options)),
    release: (handle, options) => handleVerb(scope, 'jobs.release', noOptionsSchema, (each, more: CallOptions) => jobs.release(each, more))(handle, options ?? {}),
  };
}
