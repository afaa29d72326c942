import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { computeOf, type ComputeState, type PowerName } from './compute-state.ts';
import { rest, scaleCluster } from './scale-cluster.ts';
import type { MachineLearningTimings } from './timings.ts';

/** What computes do by themselves: they come to be, scale, rest and go. */
export interface ComputeLife {
  /** Looks at what is due and at what is wanted; call it after every change. */
  settle(id: string): void;
  change(id: string, edit: (state: ComputeState) => void): Resource | undefined;
  power(id: string, name: Exclude<PowerName, 'Create'>, operation: string, trigger?: 'User' | 'IdleShutdown'): void;
  /** Asks for nodes on behalf of a job. Again is the same claim. */
  claim(id: string, job: string, count: number): void;
  /** The nodes that a job has been given and still has; none while it waits, `undefined` once one was taken away. */
  nodesOf(id: string, job: string): readonly string[] | undefined;
  release(id: string, job: string): void;
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
      if (state.request.computeType === 'ComputeInstance') seat(state);
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
    ...claiming({ world, change, settle }),
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

type Claiming = { world: World; change: ComputeLife['change']; settle: ComputeLife['settle'] };

function claiming({ world, change, settle }: Claiming): Pick<ComputeLife, 'claim' | 'nodesOf' | 'release'> {
  return {
    claim: (id, job, count) => {
      change(id, (state) => {
        const { claims = [] } = state;
        state.claims = claims.some((each) => each.job === job) ? claims : [...claims, { job, count, nodes: [] }];
      });
      settle(id);
    },
    nodesOf: (id, job) => {
      const compute = world.store.get(id);
      if (compute === undefined) return undefined;
      const { request, power, nodes, claims = [] } = computeOf(compute);
      const mine = claims.find((each) => each.job === job)?.nodes ?? [];
      if (request.computeType === 'ComputeInstance') return mine.length > 0 && power?.state !== 'Running' ? undefined : mine;
      return mine.every((node) => nodes.some(({ id: there, state }) => there === node && state === 'running')) ? mine : undefined;
    },
    release: (id, job) => {
      change(id, (state) => {
        state.claims = (state.claims ?? []).filter((each) => each.job !== job);
        for (const node of state.nodes) if (node.job === job && node.state === 'running') rest(node, world.clock.nowMs());
      });
      settle(id);
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

/** An instance is its own only node; one job after the other has it. */
function seat({ power, claims = [] }: ComputeState): void {
  if (power?.state !== 'Running' || claims.some(({ nodes }) => nodes.length > 0)) return;
  const [next] = claims;
  if (next !== undefined) next.nodes = ['instance'];
}

function nextDue(state: ComputeState): number | undefined {
  const dues = [state.dueMs, state.power?.dueMs, ...state.nodes.map(({ dueMs }) => dueMs)].filter((each) => each !== undefined);
  return dues.length === 0 ? undefined : Math.min(...dues);
}
