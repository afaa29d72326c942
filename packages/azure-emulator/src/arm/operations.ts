import { randomUUID } from 'node:crypto';
import type { EmulatorClock } from '../time/emulator-clock.ts';
import { iso } from '../time/emulator-clock.ts';
import type { Asked, Route } from '../http/exchange.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { ResourceStore } from '../state/resource-store.ts';
import { ArmFault } from './fault.ts';

export const operationType = 'emulator/operations';

export type OperationStart = {
  subscription: string;
  provider: string;
  location: string;
  /** What the operation is about; poll answers carry it as `id`. */
  about: string;
  /** The word for "still running" of this provider. */
  running: string;
  /** Has the finished operation answer `Location` polls with 200 and this, else with 204. */
  result?: unknown;
};

export type OperationError = { code: string; message: string };

/** Long operations. They outlive a restart with the rest of the state. */
export interface Operations {
  begin(start: OperationStart): string;
  say(id: string, running: string): void;
  end(id: string, status: 'Succeeded' | 'Failed' | 'Canceled', error?: OperationError): void;
  /** `Azure-AsyncOperation` (and, where asked, `Location`) for the first answer. */
  headers(id: string, asked: Asked, options?: { location?: boolean }): Record<string, string>;
  readonly routes: readonly Route[];
}

type Kept = OperationStart & { status: string; startMs: number; endMs?: number; error?: OperationError };

const terminal = ['Succeeded', 'Failed', 'Canceled'];

export function createOperations(world: { store: ResourceStore; clock: EmulatorClock; faults: FaultPlan; retryAfterSeconds: number }): Operations {
  const { store, clock } = world;
  const idOf = (id: string): string => `/emulator/operations/${id}`;
  const read = (id: string): Kept => {
    const found = store.get(idOf(id));
    if (found === undefined) throw new ArmFault(404, 'NotFound', `There is no operation '${id}'.`);
    return found.hidden as Kept;
  };
  const write = (id: string, kept: Kept): void => {
    store.put({ id: idOf(id), type: operationType, subscription: kept.subscription, group: '', name: id, createdMs: kept.startMs, body: {}, hidden: kept });
  };
  const waiting = { 'retry-after': String(world.retryAfterSeconds) };
  const poll = (asked: Asked): Kept => {
    const kept = read(asked.params['operation'] ?? '');
    const stuck = terminal.includes(kept.status) && world.faults.take('stuck', { operation: 'Operations_Get', method: 'GET', path: asked.path }) !== undefined;
    return stuck ? { ...kept, status: kept.running } : kept;
  };
  const path = '/subscriptions/{subscription}/providers/{provider}/locations/{location}';
  return {
    begin: (start) => {
      const id = randomUUID();
      write(id, { ...start, status: start.running, startMs: clock.nowMs() });
      return id;
    },
    say: (id, running) => {
      const kept = read(id);
      if (!terminal.includes(kept.status)) write(id, { ...kept, running, status: running });
    },
    end: (id, status, error) => {
      const kept = read(id);
      if (!terminal.includes(kept.status)) write(id, { ...kept, status, endMs: clock.nowMs(), ...(error !== undefined && { error }) });
    },
    headers: (id, asked, options = {}) => {
      const { subscription, provider, location } = read(id);
      const root = `${asked.origin}/subscriptions/${subscription}/providers/${provider}/locations/${encodeURIComponent(location)}`;
      const version = asked.query.get('api-version') ?? '';
      return {
        'azure-asyncoperation': `${root}/operations/${id}?api-version=${version}`,
        ...(options.location === true && { location: `${root}/operationresults/${id}?api-version=${version}` }),
        ...waiting,
      };
    },
    routes: [
      {
        method: 'GET',
        path: `${path}/operations/{operation}`,
        operation: 'Operations_Get',
        apiVersions: 'any',
        handle: (asked) => {
          const kept = poll(asked);
          const { about, status, startMs, endMs, error } = kept;
          const ended = terminal.includes(status);
          const body = { id: about, status, startTime: iso(startMs), ...(endMs !== undefined && ended && { endTime: iso(endMs) }), properties: { events: [] }, ...(error !== undefined && { error }) };
          return { status: 200, headers: waiting, body };
        },
      },
      {
        method: 'GET',
        path: `${path}/operationresults/{operation}`,
        operation: 'OperationResults_Get',
        apiVersions: 'any',
        handle: (asked) => {
          const { status, error, result } = poll(asked);
          if (!terminal.includes(status)) return { status: 202, headers: { ...waiting, location: `${asked.origin}${asked.path}?${asked.query.toString()}` } };
          if (error !== undefined) throw new ArmFault(409, error.code, error.message);
          return result === undefined ? { status: 204 } : { status: 200, body: result };
        },
      },
    ],
  };
}
