import type { Resource } from '../state/resource-store.ts';
import type { ComputeProperties, Scale } from './compute-request.ts';

export type NodeState = 'preparing' | 'idle' | 'running' | 'leaving' | 'preempted' | 'unusable';

export type ComputeNode = {
  id: string;
  number: number;
  state: NodeState;
  /** When the state changes by itself. */
  dueMs?: number;
  /** When it last had nothing to do. */
  idleMs?: number;
  /** The job it runs. */
  job?: string;
};

export type PowerName = 'Create' | 'Start' | 'Stop' | 'Restart';

/** An instance: what it is, and what it is on its way to. */
export type Power = { state: string; last: { name: PowerName; timeMs: number; status: string; trigger: 'User' | 'Schedule' | 'IdleShutdown' }; dueMs?: number };

/** What the emulator keeps of a compute. Everything that happens later has its time written down. */
export type ComputeState = {
  request: ComputeProperties;
  provisioning: 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed';
  dueMs?: number;
  operation?: string;
  modifiedMs: number;
  nodes: ComputeNode[];
  /** Nodes ever made: they are numbered. */
  made: number;
  allocation: 'Steady' | 'Resizing';
  allocationMs: number;
  target: number;
  errors: { code: string; message: string }[];
  power?: Power;
  /** Jobs in the order of their coming: how many nodes each wants, and which it has. */
  claims?: NodeClaim[];
};

export type NodeClaim = { job: string; count: number; nodes: string[] };

export function computeOf(resource: Pick<Resource, 'hidden'>): ComputeState {
  return resource.hidden as ComputeState;
}

export function scaleOf({ request }: ComputeState): Scale {
  return request.properties?.['scaleSettings'] as Scale;
}

export function sizeOf({ request }: ComputeState): string {
  return String(request.properties?.['vmSize'] ?? '');
}
