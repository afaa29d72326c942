import { rm } from 'node:fs/promises';
import { iso } from '../time/emulator-clock.ts';
import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { createContainers, type Containers } from './containers.ts';
import { addEvent, freshContainer, stateOf, type GroupState } from './group-state.ts';
import { createHold, superseded, tellFault } from './hold.ts';
import { watchProbes } from './probes.ts';
import type { Runner } from './runner.ts';
import type { Timings } from './timings.ts';
import { makeVolumes } from './volumes.ts';

/** Brings groups up and down, one course of events each. */
export interface Conductor {
  /** Begins anew: whatever ran is ended first. */
  bringUp(id: string): void;
  stop(id: string): Promise<void>;
  /** Ends the effects of a group that is to be forgotten. */
  destroy(resource: Resource): Promise<void>;
  /** After a restart: goes on where the state says. */
  resume(resource: Resource): void;
  readonly containers: Containers;
  close(endEffects: boolean): Promise<void>;
}

export function createConductor(world: World, runner: Runner, timings: Timings): Conductor {
  const hold = createHold(world);
  const containers = createContainers({ world, runner, timings, hold });
  const courses = new Map<string, Promise<void>>();
  /** One after the other for each group: what an earlier one has begun on disk is over when the next begins. */
  const conduct = (id: string, act: () => Promise<void>): void => {
    const key = id.toLowerCase();
    const before = courses.get(key) ?? Promise.resolve();
    const course: Promise<void> = before.then(act).catch((error: unknown) => tellFault(world, id, error)).finally(() => {
      if (courses.get(key) === course) courses.delete(key);
    });
    courses.set(key, course);
  };
  const killAll = async (state: GroupState): Promise<void> => {
    const runs = Object.values(state.containers).flatMap(({ run }) => (run === undefined ? [] : [run]));
    await Promise.all(runs.map((run) => runner.kill(run, timings.graceMs)));
  };
  const course = async (id: string, epoch: number): Promise<void> => {
    await hold.pause(id, epoch, timings.pendingMs);
    hold.change(id, epoch, (state) => void (state.provisioning = 'Creating'));
    await containers.pullImages(id, epoch);
    await mount(id, epoch);
    await containers.runInit(id, epoch);
    await hold.pause(id, epoch, timings.startMs);
    await containers.startAll(id, epoch);
    settle(hold.change(id, epoch, (state) => void (state.provisioning = 'Succeeded')), 'Succeeded');
    watchProbes({ world, runner, hold, containers }, id, epoch);
    preempt(id, epoch);
  };
  const mount = async (id: string, epoch: number): Promise<void> => {
    try {
      await makeVolumes(hold.read(id, epoch), runner.kind);
    } catch (error) {
      fail(id, epoch, 'FailedMount', error);
    }
  };
  const settle = ({ operation }: GroupState, status: 'Succeeded' | 'Failed', error?: { code: string; message: string }): void => {
    if (operation !== undefined) world.operations.end(operation, status, error);
  };
  const fail = (id: string, epoch: number, name: string, error: unknown): never => {
    const message = error instanceof Error ? error.message : String(error);
    const failed = hold.change(id, epoch, (state) => {
      state.provisioning = 'Failed';
      addEvent(state.events, iso(world.clock.nowMs()), name, message, 'Warning');
    });
    settle(failed, 'Failed', { code: 'ContainerGroupDeploymentFailed', message });
    throw superseded;
  };
  const preempt = (id: string, epoch: number): void => {
    if (hold.read(id, epoch).request.properties.priority !== 'Spot' || world.faults.take('preempt', { path: id }) === undefined) return;
    conduct(id, async () => {
      await hold.pause(id, epoch, timings.startMs);
      await containers.endAll(id, epoch, 'Preempted', 'The spot container group was preempted: the platform needs its capacity.');
    });
  };
  const bringUp = (id: string): void => {
    const state = hold.begin(id, (each) => {
      each.power = 'on';
      each.provisioning = 'Pending';
      each.events = [];
    });
    conduct(id, async () => {
      await killAll(state);
      hold.change(id, state.epoch, (each) => {
        const names = [...each.request.properties.containers, ...(each.request.properties.initContainers ?? [])].map(({ name }) => name);
        each.containers = Object.fromEntries(names.map((name) => [name, freshContainer((each.containers[name]?.generation ?? 0) + 1)]));
      });
      await course(id, state.epoch);
    });
  };
  return {
    containers,
    bringUp,
    stop: async (id) => {
      const state = hold.begin(id, (each) => void (each.power = 'off'));
      await killAll(state);
      await containers.tellEnds(id, state.epoch);
      settle(state, 'Succeeded');
    },
    destroy: async (resource) => {
      const state = hold.begin(resource.id, (each) => void (each.power = 'off'));
      await courses.get(resource.id.toLowerCase());
      await killAll(stateOf(world.store.get(resource.id) ?? resource));
      settle(state, 'Succeeded');
      await rm(state.folder, { recursive: true, force: true, maxRetries: 5 });
    },
    resume: ({ id, hidden }) => {
      const { power, provisioning, epoch } = stateOf({ hidden } as Resource);
      if (power === 'off') return;
      if (provisioning === 'Pending' || provisioning === 'Creating') bringUp(id);
      else if (provisioning === 'Succeeded') {
        containers.watchAll(id, epoch);
        watchProbes({ world, runner, hold, containers }, id, epoch);
      }
    },
    close: async (endEffects) => {
      hold.close();
      await Promise.all(courses.values());
      await containers.close();
      if (endEffects) await Promise.all(hold.groups().map((each) => killAll(stateOf(each))));
    },
  };
}
