import type { Resource } from '../state/resource-store.ts';
import type { GroupState } from './group-state.ts';

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
