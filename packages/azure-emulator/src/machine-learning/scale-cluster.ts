import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import type { JobDesk } from './compute-life.ts';
import { durationMs } from './compute-request.ts';
import { scaleOf, type ComputeNode, type ComputeState } from './compute-state.ts';
import type { MachineLearningTimings } from './timings.ts';

/** A run that wants nodes. */
export type Demand = { runId: string; nodes: number };

type Scaling = { world: World; timings: MachineLearningTimings; desk: JobDesk; state: ComputeState; id: string; nowMs: number };

/** Moves a cluster on by one look: nodes arrive and leave, runs get theirs. Answers what is to be done once that is written down. */
export function scaleCluster(scaling: Scaling): (() => void)[] {
  const { state, nowMs, desk, id } = scaling;
  const after = preempt(scaling);
  state.nodes = state.nodes.filter((node) => !isGone(node, nowMs));
  for (const node of state.nodes) if (node.state === 'preparing' && (node.dueMs ?? 0) <= nowMs) rest(node, nowMs);
  if (state.provisioning === 'Creating' || state.provisioning === 'Deleting') return after;
  const waiting = assign(state, desk.demand(id), after, desk);
  resize(scaling, waiting);
  const steady = state.nodes.every(({ state: seen }) => seen === 'idle' || seen === 'running') && state.nodes.length === state.target;
  const allocation = steady ? 'Steady' : 'Resizing';
  if (allocation !== state.allocation) Object.assign(state, { allocation, allocationMs: nowMs });
  return after;
}

function isGone({ state, dueMs }: ComputeNode, nowMs: number): boolean {
  return (state === 'leaving' || state === 'preempted') && (dueMs ?? 0) <= nowMs;
}

function rest(node: ComputeNode, nowMs: number): void {
  node.state = 'idle';
  node.idleMs = nowMs;
  delete node.dueMs;
  delete node.runId;
}

/** Runs get nodes in their order; one that waits for several holds up those behind it. Answers the nodes still wanted. */
function assign(state: ComputeState, demand: readonly Demand[], after: (() => void)[], desk: JobDesk): number {
  let wanted = 0;
  for (const { runId, nodes } of demand) {
    const free = wanted > 0 ? [] : state.nodes.filter((node) => node.state === 'idle');
    if (free.length < nodes) {
      wanted += nodes;
      continue;
    }
    for (const node of free.slice(0, nodes)) {
      Object.assign(node, { state: 'running', runId });
      delete node.dueMs;
      delete node.idleMs;
    }
    after.push(() => desk.begin(runId));
  }
  return wanted;
}

/** As many nodes as the waiting runs want, within the bounds; what is idle for too long goes. */
function resize({ world, state, timings, nowMs, id }: Scaling, waiting: number): void {
  const { minNodeCount, maxNodeCount, nodeIdleTimeBeforeScaleDown } = scaleOf(state);
  const idleMs = durationMs(nodeIdleTimeBeforeScaleDown) ?? 0;
  const staying = state.nodes.filter((node) => node.state !== 'leaving' && node.state !== 'preempted');
  const busy = staying.filter((node) => node.state === 'running').length;
  const wanted = Math.min(maxNodeCount, Math.max(minNodeCount, busy + waiting));
  state.errors = [];
  for (let count = staying.length; count < wanted; count += 1) {
    if (world.faults.holds('quota', { path: id }) !== undefined) {
      state.errors = [{ code: 'ClusterCoreQuotaReached', message: 'Operation results in exceeding quota limits of Core. Maximum allowed: 0.' }];
      break;
    }
    state.made += 1;
    state.nodes.push({ id: `tvm-${randomUUID().slice(0, 8)}_${state.made}-p`, number: state.made, state: 'preparing', dueMs: nowMs + timings.nodeStartMs });
  }
  let spare = staying.length - wanted;
  for (const node of staying) {
    if (node.state !== 'idle' || spare <= 0 || (waiting > 0 && busy + waiting >= staying.length)) continue;
    const dueMs = (node.idleMs ?? nowMs) + (staying.length > maxNodeCount ? 0 : idleMs);
    if (dueMs <= nowMs) Object.assign(node, { state: 'leaving', dueMs: nowMs + timings.nodeLeaveMs });
    else node.dueMs = dueMs;
    spare -= 1;
  }
  state.target = state.nodes.filter((node) => node.state !== 'leaving' && node.state !== 'preempted').length;
}

/** Nodes of low priority are taken away where a rule says so. */
function preempt({ world, state, timings, desk, nowMs, id }: Scaling): (() => void)[] {
  if (state.request.properties?.['vmPriority'] !== 'LowPriority') return [];
  const taken = state.nodes.find((node) => node.state === 'running');
  if (taken === undefined || world.faults.take('preempt', { path: id }) === undefined) return [];
  const { runId } = taken;
  Object.assign(taken, { state: 'preempted', dueMs: nowMs + timings.nodeLeaveMs });
  delete taken.runId;
  return runId === undefined ? [] : [() => desk.lost(runId)];
}
