import { iso } from '../time/emulator-clock.ts';
import type { Resource } from '../state/resource-store.ts';
import type { World } from '../world.ts';
import { resourceType } from './names.ts';
import { addEvent, stateOf, type ContainerState, type GroupState } from './group-state.ts';

/** Thrown to whoever acts for a course of events that another one has replaced. */
export const superseded = new Error('superseded by a later course of events');

/** Reads and writes the state of groups, each change whole and stored at once. */
export interface GroupHold {
  /** A copy. @throws `superseded` when `epoch` is over, the group is gone or the emulator ends. */
  read(id: string, epoch: number): GroupState;
  change(id: string, epoch: number, act: (state: GroupState) => void): GroupState;
  /** Opens a new epoch. */
  begin(id: string, act: (state: GroupState) => void): GroupState;
  /** Waits in the emulator's time. @throws `superseded` */
  pause(id: string, epoch: number, ms: number): Promise<void>;
  groups(): Resource[];
  close(): void;
}

/** A course of events that a later one replaced ends in silence; a fault of the emulator's own is told as an event. */
export function tellFault({ store, clock }: World, id: string, error: unknown): void {
  const resource = store.get(id);
  if (error === superseded || resource === undefined) return;
  const state = structuredClone(stateOf(resource));
  addEvent(state.events, iso(clock.nowMs()), 'InternalError', error instanceof Error ? error.message : String(error), 'Warning');
  store.put({ ...resource, hidden: { ...state, provisioning: 'Failed' } });
}

export function createHold(world: World): GroupHold {
  let closed = false;
  const sleepers = new Map<string, Set<() => void>>();
  const wake = (id: string): void => {
    for (const each of sleepers.get(id.toLowerCase()) ?? []) each();
  };
  const resourceOf = (id: string): Resource => {
    const resource = world.store.get(id);
    if (resource === undefined || closed) throw superseded;
    return resource;
  };
  const write = (resource: Resource, state: GroupState): GroupState => {
    world.store.put({ ...resource, hidden: state });
    return state;
  };
  const read: GroupHold['read'] = (id, epoch) => {
    const state = structuredClone(stateOf(resourceOf(id)));
    if (state.epoch !== epoch) throw superseded;
    return state;
  };
  return {
    read,
    begin: (id, act) => {
      const resource = resourceOf(id);
      const state = structuredClone(stateOf(resource));
      state.epoch += 1;
      act(state);
      write(resource, state);
      wake(id); // who sleeps for the epoch before learns now that it is over
      return state;
    },
    change: (id, epoch, act) => {
      const state = read(id, epoch);
      act(state);
      return write(resourceOf(id), state);
    },
    pause: async (id, epoch, ms) => {
      const key = id.toLowerCase();
      const asleep = sleepers.get(key) ?? new Set();
      sleepers.set(key, asleep);
      await new Promise<void>((done) => {
        const wakeUp = (): void => {
          callOff();
          asleep.delete(wakeUp);
          done();
        };
        const callOff = world.clock.after(ms, wakeUp);
        asleep.add(wakeUp);
      });
      read(id, epoch);
    },
    groups: () => world.store.list(({ type }) => type === resourceType),
    close: () => {
      closed = true;
      for (const id of sleepers.keys()) wake(id);
    },
  };
}

/** Changes one container of a group, if it is there. */
export function alterIn(hold: GroupHold): (id: string, epoch: number, name: string, act: (container: ContainerState) => void) => void {
  return (id, epoch, name, act) => {
    hold.change(id, epoch, (state) => {
      const container = state.containers[name];
      if (container !== undefined) act(container);
    });
  };
}
