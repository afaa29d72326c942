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
  resize(scaling);
  const steady = state.nodes.every(({ state: seen }) => seen === 'idle') && state.nodes.length === state.target;
  const allocation = steady ? 'Steady' : 'Resizing';
  if (allocation !== state.allocation) Object.assign(state, { allocation, allocationMs: nowMs });
}

function isGone({ state, dueMs }: ComputeNode, nowMs: number): boolean {
  return state === 'leaving' && (dueMs ?? 0) <= nowMs;
}

function rest(node: ComputeNode, nowMs: number): void {
  node.state = 'idle';
  node.idleMs = nowMs;
  delete node.dueMs;
}

/** As many nodes as the settings ask for; what is idle for too long goes. */
function resize({ world, state, timings, nowMs, id }: Scaling): void {
  const { minNodeCount, maxNodeCount, nodeIdleTimeBeforeScaleDown } = scaleOf(state);
  const idleMs = durationMs(nodeIdleTimeBeforeScaleDown) ?? 0;
  const staying = state.nodes.filter((node) => node.state !== 'leaving');
  state.errors = [];
  for (let count = staying.length; count < minNodeCount; count += 1) {
    if (world.faults.holds('quota', { path: id }) !== undefined) {
      state.errors = [{ code: 'ClusterCoreQuotaReached', message: 'Operation results in exceeding quota limits of Core. Maximum allowed: 0.' }];
      break;
    }
    state.made += 1;
    state.nodes.push({ id: `tvm-${randomUUID().slice(0, 8)}_${state.made}-p`, number: state.made, state: 'preparing', dueMs: nowMs + timings.nodeStartMs });
  }
  let spare = staying.length - minNodeCount;
  for (const node of staying) {
    if (node.state !== 'idle') continue;
    delete node.dueMs; // set anew below, or it would be due for ever
    if (spare <= 0) continue;
    const dueMs = (node.idleMs ?? nowMs) + (staying.length > maxNodeCount ? 0 : idleMs);
    if (dueMs <= nowMs) Object.assign(node, { state: 'leaving', dueMs: nowMs + timings.nodeLeaveMs });
    else node.dueMs = dueMs;
    spare -= 1;
  }
  state.target = state.nodes.filter((node) => node.state !== 'leaving').length;
}
