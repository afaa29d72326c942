import type { Resource } from '../state/resource-store.ts';
import type { GroupRequest } from './request.ts';
import type { RunReference } from './runner.ts';

export type GroupEvent = { name: string; type: 'Normal' | 'Warning'; message: string; count: number; firstTimestamp: string; lastTimestamp: string };

export type ContainerPhase = {
  state: 'Waiting' | 'Running' | 'Terminated';
  startTime?: string;
  exitCode?: number;
  finishTime?: string;
  detailStatus: string;
};

export type ContainerState = {
  restartCount: number;
  current: ContainerPhase;
  previous?: ContainerPhase;
  events: GroupEvent[];
  /** Grows with every start; each has a log of its own. */
  generation: number;
  run?: RunReference;
};

/** What the service knows of a group beside the request. Kept with the resource, so that it survives a restart. */
export type GroupState = {
  request: GroupRequest;
  provisioning: 'Pending' | 'Creating' | 'Succeeded' | 'Failed';
  power: 'on' | 'off';
  /** Grows with every change of course; whatever an earlier one began gives up when it sees a later one. */
  epoch: number;
  events: GroupEvent[];
  containers: Record<string, ContainerState>;
  ip: string;
  folder: string;
  principalId?: string;
  operation?: string;
};

export function stateOf(resource: Resource): GroupState {
  return resource.hidden as GroupState;
}

export function freshContainer(generation = 0): ContainerState {
  return { restartCount: 0, current: { state: 'Waiting', detailStatus: '' }, events: [], generation };
}

/** Adds an event, or counts it up when the last one says the same. */
export function addEvent(events: GroupEvent[], at: string, name: string, message: string, type: GroupEvent['type'] = 'Normal'): void {
  const last = events.at(-1);
  if (last !== undefined && last.name === name && last.message === message) {
    last.count += 1;
    last.lastTimestamp = at;
    return;
  }
  events.push({ name, type, message, count: 1, firstTimestamp: at, lastTimestamp: at });
  if (events.length > 50) events.shift();
}

/** The group's own state, out of its containers'. */
export function groupPhase({ request, containers, power, provisioning }: GroupState): string {
  if (power === 'off') return 'Stopped';
  const phases = request.properties.containers.map(({ name }) => containers[name]?.current);
  const policy = request.properties.restartPolicy ?? 'Always';
  if (provisioning === 'Failed') return policy === 'Never' && phases.some((phase) => phase?.state === 'Terminated') ? 'Failed' : 'Pending';
  if (phases.some((phase) => phase?.state === 'Running')) return 'Running';
  if (provisioning !== 'Succeeded' || phases.some((phase) => phase === undefined)) return 'Pending';
  if (phases.some((phase) => phase?.state === 'Waiting')) return 'Pending';
  if (policy === 'Never') return phases.every((phase) => phase?.exitCode === 0) ? 'Succeeded' : 'Failed';
  return policy === 'OnFailure' && phases.every((phase) => phase?.exitCode === 0) ? 'Succeeded' : 'Running';
}
