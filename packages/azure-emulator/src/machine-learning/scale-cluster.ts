import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { durationMs } from './compute-request.ts';
import { scaleOf, type ComputeNode, type ComputeState } from './compute-state.ts';
import type { MachineLearningTimings } from './timings.ts';

type Scaling = { world: World; timings: MachineLearningTimings; state: ComputeState; id: string; nowMs: number };

/** Moves a cluster on by one look: nodes arrive, rest and leave. */
export function scaleCluster(scaling: Scaling): void {
  const { state, nowMs } = scaling;
  state.nodes = state.nodes.filter((node) => !isGone(node, nowMs));
  for (const node of state.nodes) if (node.state === 'preparing' && (node.dueMs ?? 0) <= nowMs) rest(node, nowMs);
  if (state.provisioning === 'Creating' || state.provisioning === 'Deleting') return;
  preempt(scaling);
  hand(state);
  resize(scaling);
  const steady = state.nodes.every(({ state: seen }) => seen === 'idle' || seen === 'running') && state.nodes.length === state.target;
  const allocation = steady ? 'Steady' : 'Resizing';
  if (allocation !== state.allocation) Object.assign(state, { allocation, allocationMs: nowMs });
}

function isGone({ state, dueMs }: ComputeNode, nowMs: number): boolean {
  return (state === 'leaving' || state === 'preempted') && (dueMs ?? 0) <= nowMs;
}

export function rest(node: ComputeNode, nowMs: number): void {
  node.state = 'idle';
  node.idleMs = nowMs;
  delete node.dueMs;
  delete node.job;
}

/** Gives idle nodes to jobs: first come, first served, all nodes of a job at once. */
function hand({ nodes, claims = [] }: ComputeState): void {
  for (const claim of claims) {
    if (claim.nodes.length > 0) continue;
    const idle = nodes.filter(({ state }) => state === 'idle').slice(0, claim.count);
    if (idle.length < claim.count) return;
    claim.nodes = idle.map(({ id }) => id);
    for (const node of idle) {
      Object.assign(node, { state: 'running', job: claim.job });
      delete node.dueMs;
    }
  }
}

/** A low-priority node may be taken away from its job. */
function preempt({ world, state, timings, nowMs, id }: Scaling): void {
  if (state.request.properties?.['vmPriority'] !== 'LowPriority') return;
  for (const node of state.nodes) {
    if (node.state === 'running' && world.faults.take('preempt', { path: id }) !== undefined) Object.assign(node, { state: 'preempted', dueMs: nowMs + timings.nodeLeaveMs });
  }
}

/** As many nodes as the settings ask for; what is idle for too long goes. */
function resize({ world, state, timings, nowMs, id }: Scaling): void {
  const { minNodeCount, maxNodeCount, nodeIdleTimeBeforeScaleDown } = scaleOf(state);
  const idleMs = durationMs(nodeIdleTimeBeforeScaleDown) ?? 0;
  const staying = state.nodes.filter((node) => node.state !== 'leaving' && node.state !== 'preempted');
  const waiting = (state.claims ?? []).filter(({ nodes }) => nodes.length === 0).reduce((sum, { count }) => sum + count, 0);
  const running = staying.filter((node) => node.state === 'running').length;
  const wanted = Math.max(minNodeCount, Math.min(maxNodeCount, running + waiting));
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
    if (node.state !== 'idle') continue;
    delete node.dueMs; // set anew below, or it would be due for ever
    if (spare <= 0) continue;
    const dueMs = (node.idleMs ?? nowMs) + (staying.length > maxNodeCount ? 0 : idleMs);
    if (dueMs <= nowMs) Object.assign(node, { state: 'leaving', dueMs: nowMs + timings.nodeLeaveMs });
    else node.dueMs = dueMs;
    spare -= 1;
  }
  state.target = state.nodes.filter((node) => node.state !== 'leaving' && node.state !== 'preempted').length;
}
