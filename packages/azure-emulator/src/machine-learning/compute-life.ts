import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { computeOf, type ComputeState, type PowerName } from './compute-state.ts';
import { scaleCluster } from './scale-cluster.ts';
import type { MachineLearningTimings } from './timings.ts';

/** What computes do by themselves: they come to be, scale, rest and go. */
export interface ComputeLife {
  /** Looks at what is due and at what is wanted; call it after every change. */
  settle(id: string): void;
  change(id: string, edit: (state: ComputeState) => void): Resource | undefined;
  power(id: string, name: Exclude<PowerName, 'Create'>, operation: string, trigger?: 'User' | 'IdleShutdown'): void;
  close(): void;
}

const passing = { Start: 'Starting', Stop: 'Stopping', Restart: 'Restarting', Create: 'Creating' } as const;

export function createComputeLife(world: World, timings: MachineLearningTimings): ComputeLife {
  const { clock, store } = world;
  const timers = new Map<string, () => void>();
  let closed = false;
  const change: ComputeLife['change'] = (id, edit) => {
    const resource = store.get(id);
    if (resource === undefined) return undefined;
    const state = structuredClone(computeOf(resource));
    edit(state);
    return store.put({ ...resource, hidden: state });
  };
  const settle = (id: string): void => {
    const key = id.toLowerCase();
    timers.get(key)?.();
    timers.delete(key);
    const before = store.get(id);
    if (closed || before === undefined) return;
    const nowMs = clock.nowMs();
    const state = structuredClone(computeOf(before));
    const ended = state.provisioning === 'Deleting' && (state.dueMs ?? 0) <= nowMs;
    if (ended) store.delete(id);
    else {
      provision(state, nowMs);
      if (state.request.computeType === 'AmlCompute') scaleCluster({ world, timings, state, id, nowMs });
      store.put({ ...before, hidden: state });
    }
    if (state.operation !== undefined && (ended || !isMoving(state))) world.operations.end(state.operation, 'Succeeded');
    const nextMs = ended ? undefined : nextDue(state);
    if (nextMs !== undefined) timers.set(key, clock.after(Math.max(1, nextMs - clock.nowMs()), () => settle(id)));
  };
  return {
    settle,
    change,
    power: (id, name, operation, trigger = 'User') => {
      change(id, (state) => {
        const timeMs = clock.nowMs();
        state.operation = operation;
        state.power = { state: passing[name], last: { name, timeMs, status: 'InProgress', trigger }, dueMs: timeMs + timings.powerMs };
      });
      settle(id);
    },
    close: () => {
      closed = true;
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}

function isMoving({ provisioning, power }: ComputeState): boolean {
  return provisioning === 'Creating' || provisioning === 'Updating' || provisioning === 'Deleting' || power?.dueMs !== undefined;
}

/** Ends what was due: creation, updates, and the instance's own starts and stops. */
function provision(state: ComputeState, nowMs: number): void {
  if (state.provisioning !== 'Deleting' && state.dueMs !== undefined && state.dueMs <= nowMs) {
    state.provisioning = 'Succeeded';
    delete state.dueMs;
  }
  const { power } = state;
  if (power?.dueMs === undefined || power.dueMs > nowMs) return;
  power.state = power.last.name === 'Stop' ? 'Stopped' : 'Running';
  power.last.status = 'Succeeded';
  delete power.dueMs;
}

function nextDue(state: ComputeState): number | undefined {
  const dues = [state.dueMs, state.power?.dueMs, ...state.nodes.map(({ dueMs }) => dueMs)].filter((each) => each !== undefined);
  return dues.length === 0 ? undefined : Math.min(...dues);
}
