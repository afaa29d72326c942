import { z } from 'zod';
import type { CallOptions, Connection, EffectOptions, Services } from '../driver/index.ts';
import { jsonSchema, serviceInspectionSchema, type Handle, type Json } from '../model/index.ts';
import { connectionSchema, handleAnswerSchema, invokeAnswerSchema, invokeRequestSchema } from './answer-schemas.ts';
import { readEffect, readServiceSpec, readStaged, readTransfer } from './arguments.ts';
import { readAs } from './guard-errors.ts';
import { handleIn, handleOut } from './guard-handles.ts';
import { inspectAll } from './guard-inspect.ts';
import { findVerb, handleVerb, logsVerb } from './guard-jobs.ts';
import type { CallName, GuardScope } from './guard-options.ts';
import { guardedCall } from './guarded-call.ts';
import { refusingVerb } from './unsupported.ts';

/** The options and the answer of a verb with an effect that answers a handle. */
export async function effectAnswer<Options extends EffectOptions & { staged?: Json }>(
  options: Options,
  signal: AbortSignal,
  scope: GuardScope,
  call: CallName,
  ask: (options: Options) => Promise<{ handle: Handle }>,
): Promise<{ handle: Handle }> {
  const read = { ...readEffect(options, signal, scope, call), ...readStaged(options.staged, scope, call) };
  const answer = readAs(handleAnswerSchema, await ask(read), 'its answer', scope, call);
  return { handle: handleOut(answer.handle, scope, call) };
}

function changeVerbs(scope: GuardScope, services: Services): Pick<Services, 'stage' | 'deploy' | 'update'> {
  const { stage } = services;
  return {
    ...(stage !== undefined && {
      stage: (spec, options) => {
        const call = { op: 'services.stage' };
        return guardedCall(scope, call, options.signal, {
          start: async (signal, touch) =>
            readAs(jsonSchema, await stage.call(services, readServiceSpec(spec, scope, call), readTransfer(options, signal, touch, scope, call)), 'its answer', scope, call),
        });
      },
    }),
    deploy: (spec, options) => {
      const call = { op: 'services.deploy' };
      return guardedCall(scope, call, options.signal, {
        start: (signal) => effectAnswer(options, signal, scope, call, (read) => services.deploy(readServiceSpec(spec, scope, call), read)),
      });
    },
    update: (handle, spec, options) => {
      const call = { op: 'services.update', handleIds: [handle.id] };
      return guardedCall(scope, call, options.signal, {
        start: (signal) =>
          effectAnswer(options, signal, scope, call, (read) => services.update(handleIn(handle, scope, call), readServiceSpec(spec, scope, call), read)),
      });
    },
  };
}

function connectVerb(scope: GuardScope, services: Services): Services['connect'] {
  return (handle, options) => {
    const call = { op: 'services.connect', handleIds: [handle.id] };
    return guardedCall<Connection>(scope, call, options?.signal, {
      start: async (signal) => {
        const connection = await services.connect(handleIn(handle, scope, call), { signal });
        readAs(connectionSchema, connection, 'its answer', scope, call);
        return connection;
      },
      tidy: (late) => ('close' in late ? late.close() : undefined),
    });
  };
}

function invokeVerb(scope: GuardScope, services: Services): NonNullable<Services['invoke']> {
  const { invoke } = services;
  if (invoke === undefined) return refusingVerb(scope, 'services.invoke', 'services.invoke');
  return (handle, request, options) => {
    const call = { op: 'services.invoke', handleIds: [handle.id] };
    return guardedCall(scope, call, options?.signal, {
      start: async (signal) => {
        readAs(invokeRequestSchema, request, 'the request given', scope, call);
        return readAs(invokeAnswerSchema, await invoke.call(services, handleIn(handle, scope, call), request, { signal }), 'its answer', scope, call);
      },
    });
  };
}

/** The services facet, every argument and answer checked; a connection that comes too late is closed. */
export function guardServices(scope: GuardScope, services: Services): Services {
  return {
    ...changeVerbs(scope, services),
    find: findVerb(scope, 'services.find', (key, options) => services.find(key, options)),
    inspect: (handles, options) => {
      const call = { op: 'services.inspect', handleIds: handles.map((handle) => handle.id) };
      return guardedCall(scope, call, options?.signal, {
        start: (signal) => inspectAll(handles, serviceInspectionSchema, scope, call, (readable) => services.inspect(readable, { signal })),
      });
    },
    logs: logsVerb(scope, 'services.logs', (handle, options) => services.logs(handle, options)),
    connect: connectVerb(scope, services),
    invoke: invokeVerb(scope, services),
    undeploy: (handle, options) =>
      handleVerb(scope, 'services.undeploy', z.object({}), (each, more: CallOptions) => services.undeploy(each, more))(handle, options ?? {}),
  };
}
