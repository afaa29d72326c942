import type { Resource } from '../state/resource-store.ts';
import { iso } from '../time/emulator-clock.ts';
import { regionName } from '../world.ts';
import { isRecord } from '../http/exchange.ts';
import { computeOf, scaleOf, type ComputeNode, type ComputeState, type NodeState } from './compute-state.ts';
import { guidOf } from './guid.ts';
import { identityView } from './identity.ts';

const states: readonly NodeState[] = ['preparing', 'running', 'idle', 'unusable', 'leaving', 'preempted'];
const secret = new Set(['adminUserPassword', 'adminUserSshPublicKey', 'password', 'privateKeyData', 'accessToken']);

/** A compute as the service tells it. */
export function computeView(resource: Resource, tenantId: string): unknown {
  const { id, name, type, body, createdMs } = resource;
  const state = computeOf(resource);
  const { request } = state;
  const location = String(body['location']);
  const own = request.computeType === 'AmlCompute' ? cluster(state) : request.computeType === 'ComputeInstance' ? instance(resource, state) : {};
  const defaults = request.computeType === 'Kubernetes' ? { extensionInstanceReleaseTrain: 'stable' } : {};
  const properties = {
    ...request,
    description: request.description ?? null,
    computeLocation: regionName(request.computeLocation ?? location),
    provisioningState: state.provisioning, provisioningErrors: null,
    createdOn: iso(createdMs), modifiedOn: iso(state.modifiedMs),
    resourceId: request.resourceId ?? null,
    isAttachedCompute: request.resourceId != null,
    disableLocalAuth: request.disableLocalAuth ?? true,
    ...(request.properties != null && { properties: { ...defaults, ...(open(request.properties) as object), ...own } }),
  };
  const { identity, tags, sku } = body;
  return { id, name, type, location, ...(isRecord(tags) && { tags }), ...(isRecord(sku) && { sku }), ...(isRecord(identity) && { identity: identityView(identity, id, tenantId) }), properties };
}

function cluster(state: ComputeState): object {
  const counts = Object.fromEntries(states.map((each) => [`${each}NodeCount`, state.nodes.filter(({ state: seen }) => seen === each).length]));
  const { errors } = state;
  return {
    scaleSettings: scaleOf(state), allocationState: state.allocation, allocationStateTransitionTime: iso(state.allocationMs),
    errors: errors.length === 0 ? null : errors.map((error) => ({ error })),
    currentNodeCount: state.nodes.length, targetNodeCount: state.target, nodeStateCounts: counts,
  };
}

function instance({ name, body, id }: Resource, { power, claims = [] }: ComputeState): object {
  if (power === undefined) return {};
  const busy = power.state === 'Running' && claims.some(({ nodes }) => nodes.length > 0);
  const { name: operationName, timeMs, status: operationStatus, trigger: operationTrigger } = power.last;
  const region = String(body['location']);
  const at = (kind: string): string => `https://${name}${kind}.${region}.instances.azureml.ms`;
  const applications = power.state === 'Running' ? [{ displayName: 'Jupyter', endpointUri: at('') }, { displayName: 'Jupyter Lab', endpointUri: `${at('')}/lab` }] : [];
  return { state: busy ? 'JobRunning' : power.state, applications, connectivityEndpoints: { publicIpAddress: null, privateIpAddress: addressOf(id, 4) }, createdBy: { userName: 'emulator', userOrgId: guidOf(`${id} org`), userId: guidOf(`${id} user`) }, errors: [], lastOperation: { operationName, operationTime: iso(timeMs), operationStatus, operationTrigger } };
}

export function nodeView(compute: Resource, { id, number, state, job }: ComputeNode): unknown {
  return { nodeId: id, privateIpAddress: addressOf(compute.id, 4 + number), publicIpAddress: addressOf(`${compute.id} public`, 4 + number), port: 50_000 + number, nodeState: state, runId: job?.split('/').at(-1) ?? null };
}

/** An address that nobody has. */
function addressOf(text: string, last: number): string {
  return `10.${Number.parseInt(guidOf(text).slice(0, 2), 16)}.${Number.parseInt(guidOf(text).slice(2, 4), 16)}.${last % 250}`;
}

function open(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(open);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !secret.has(name)).map(([name, each]) => [name, open(each)]));
}
