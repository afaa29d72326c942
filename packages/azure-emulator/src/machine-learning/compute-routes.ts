import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { isRecord, noContent, objectBody, type Answer, type Asked, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, regionName, visible, type World } from '../world.ts';
import type { ComputeLife } from './compute-life.ts';
import { readCompute, scaleSchema } from './compute-request.ts';
import { computeOf, type ComputeState, type PowerName } from './compute-state.ts';
import { computeView, nodeView } from './compute-view.ts';
import { keysOf } from './compute-keys.ts';
import { apiVersions, computeType, namespace, workspacePath } from './names.ts';
import { requireParent, userError, workspaceId } from './parents.ts';
import type { MachineLearningTimings } from './timings.ts';

export type ComputeTools = { world: World; life: ComputeLife; timings: MachineLearningTimings };

function idOf(asked: Asked): string {
  return `${workspaceId(asked)}/computes/${asked.params['compute'] ?? ''}`;
}

function required(world: World, asked: Asked): Resource {
  requireParent(world, asked);
  const found = visible(world, idOf(asked));
  if (found !== undefined) return found;
  throw new ArmFault(404, 'ComputeResourceNotFound', `Compute target with name '${asked.params['compute'] ?? ''}' not found in provided workspace`);
}

function operationHeaders(world: World, asked: Asked, about: Resource, running: string, location = false): { operation: string; headers: Record<string, string> } {
  const operation = world.operations.begin({ subscription: about.subscription, provider: namespace, location: String(about.body['location']), about: about.id, running });
  return { operation, headers: world.operations.headers(operation, asked, { location }) };
}

/** Computes of a workspace, as ARM speaks of them. */
export function computeRoutes(tools: ComputeTools): Route[] {
  const { world } = tools;
  const many = `${workspacePath}/computes`;
  const one = `${many}/{compute}`;
  const route = (method: string, path: string, verb: string, handle: Route['handle']): Route => ({ method, path, operation: `Compute_${verb}`, apiVersions, handle });
  return [
    route('PUT', one, 'CreateOrUpdate', (asked) => put(tools, asked)),
    route('PATCH', one, 'Update', (asked) => patch(tools, asked)),
    route('GET', one, 'Get', (asked) => ({ status: 200, body: computeView(required(world, asked), world.tenantId) })),
    route('DELETE', one, 'Delete', (asked) => remove(tools, asked)),
    route('GET', many, 'List', (asked) => {
      const { id } = requireParent(world, asked);
      const prefix = `${id}/computes/`.toLowerCase();
      const all = world.store.list((each) => each.type === computeType && each.id.toLowerCase().startsWith(prefix) && isSeen(world, each));
      return page(asked, all.map((each) => computeView(each, world.tenantId)), world.pageSize);
    }),
    ...(['POST', 'GET'] as const).map((method) => route(method, `${one}/listNodes`, 'ListNodes', (asked) => nodes(world, asked))),
    route('POST', `${one}/listKeys`, 'ListKeys', (asked) => ({ status: 200, body: keysOf(required(world, asked)) })),
    ...(['Start', 'Stop', 'Restart'] as const).map((name) => route('POST', `${one}/${name.toLowerCase()}`, name, (asked) => power(tools, asked, name))),
  ];
}

function put({ world, life, timings }: ComputeTools, asked: Asked): Answer {
  const workspace = requireParent(world, asked);
  const name = asked.params['compute'] ?? '';
  const body = objectBody(asked);
  const id = `${workspace.id}/computes/${name}`;
  const before = world.store.get(id);
  const request = readCompute(name, body['properties']);
  const nowMs = world.clock.nowMs();
  const old = before === undefined ? undefined : computeOf(before);
  if (old !== undefined) checkReplacement(name, old, request);
  const location = regionName(String(body['location'] ?? workspace.body['location']));
  const dueMs = nowMs + timings.createMs;
  const fresh: ComputeState = {
    request, provisioning: 'Creating', dueMs, modifiedMs: nowMs, nodes: [], made: 0, allocation: 'Steady', allocationMs: nowMs, target: 0, errors: [],
    ...(request.computeType === 'ComputeInstance' && { power: { state: 'Creating', last: { name: 'Create', timeMs: nowMs, status: 'InProgress', trigger: 'User' }, dueMs } }),
  };
  const state: ComputeState = old === undefined ? fresh : { ...old, request, provisioning: 'Updating', dueMs, modifiedMs: nowMs };
  const kept = { ...body, location };
  const made = world.store.put({ id, type: computeType, subscription: workspace.subscription, group: workspace.group, name, createdMs: before?.createdMs ?? nowMs, body: kept, hidden: state });
  const { operation, headers } = operationHeaders(world, asked, made, 'InProgress');
  life.change(id, (each) => void (each.operation = operation));
  life.settle(id);
  return { status: before === undefined ? 201 : 200, headers, body: computeView(world.store.get(id) ?? made, world.tenantId) };
}

/** What is fixed once a compute is there. */
function checkReplacement(name: string, { provisioning, request }: ComputeState, next: ComputeState['request']): void {
  if (provisioning === 'Creating' || provisioning === 'Deleting') throw new ArmFault(409, 'Conflict', `The compute '${name}' is being changed by another operation ('${provisioning}').`);
  if (request.computeType !== next.computeType) throw new ArmFault(409, 'Conflict', `There is a compute '${name}' of the type '${request.computeType}' already.`);
  const fixed = ['vmSize', 'vmPriority', 'remoteLoginPortPublicAccess', 'subnet'].find((each) => JSON.stringify(request.properties?.[each] ?? null) !== JSON.stringify(next.properties?.[each] ?? null));
  if (next.computeType === 'AmlCompute' && fixed !== undefined) throw userError(`The property '${fixed}' of the compute '${name}' cannot be changed after its creation.`);
}

function patch({ world, life, timings }: ComputeTools, asked: Asked): Answer {
  const found = required(world, asked);
  const { properties, identity, tags } = objectBody(asked);
  const inner = isRecord(properties) && isRecord(properties['properties']) ? properties['properties']['scaleSettings'] : undefined;
  const state = computeOf(found);
  if (state.request.computeType !== 'AmlCompute') throw userError(`Update is supported for AmlCompute only; '${found.name}' is of the type '${state.request.computeType}'.`);
  const scale = inner === undefined ? undefined : scaleSchema.safeParse(inner);
  if (scale?.success === false) throw new ArmFault(400, 'InvalidRequestContent', `The request content was invalid: 'scaleSettings': ${scale.error.issues[0]?.message ?? ''}.`);
  const nowMs = world.clock.nowMs();
  const { operation, headers } = operationHeaders(world, asked, found, 'InProgress');
  const made = world.store.put({
    ...found,
    body: { ...found.body, ...(isRecord(identity) && { identity }), ...(isRecord(tags) && { tags }) },
    hidden: { ...state, request: { ...state.request, properties: { ...state.request.properties, ...(scale !== undefined && { scaleSettings: scale.data }) } }, provisioning: 'Updating', dueMs: nowMs + timings.createMs, modifiedMs: nowMs, operation },
  });
  life.settle(found.id);
  return { status: 200, headers, body: computeView(world.store.get(found.id) ?? made, world.tenantId) };
}

function remove({ world, life, timings }: ComputeTools, asked: Asked): Answer {
  requireParent(world, asked);
  const action = asked.query.get('underlyingResourceAction');
  if (action !== 'Delete' && action !== 'Detach') throw new ArmFault(400, 'BadRequest', `'underlyingResourceAction' must be 'Delete' or 'Detach'.`);
  const found = world.store.get(idOf(asked));
  if (found === undefined) return noContent;
  const { provisioning, request } = computeOf(found);
  if (provisioning === 'Deleting') return { status: 200 };
  const managed = request.computeType === 'AmlCompute' || request.computeType === 'ComputeInstance';
  if (managed && action === 'Detach') throw userError(`Detach is not supported for the managed compute '${found.name}': delete it.`);
  const { operation, headers } = operationHeaders(world, asked, found, 'InProgress', true);
  life.change(found.id, (state) => Object.assign(state, { provisioning: 'Deleting', dueMs: world.clock.nowMs() + timings.deleteMs, operation }));
  life.settle(found.id);
  return { status: 202, headers };
}

function nodes(world: World, asked: Asked): Answer {
  const found = required(world, asked);
  const { request, nodes: all } = computeOf(found);
  if (request.computeType !== 'AmlCompute') throw userError(`Listing nodes is not supported for compute of the type '${request.computeType}'.`);
  const { status, body } = page(asked, all.map((each) => nodeView(found, each)), world.pageSize);
  const { value, ...more } = body as { value: unknown[] };
  return { status, body: { nodes: value, ...more } };
}

function power({ world, life }: ComputeTools, asked: Asked, name: Exclude<PowerName, 'Create'>): Answer {
  const found = required(world, asked);
  const { request, power: before, provisioning } = computeOf(found);
  if (request.computeType !== 'ComputeInstance') throw userError(`${name} is supported for ComputeInstance only; '${found.name}' is of the type '${request.computeType}'.`);
  if (before?.dueMs !== undefined || provisioning !== 'Succeeded') throw new ArmFault(409, 'Conflict', `The compute instance '${found.name}' is '${before?.state ?? provisioning}': wait until that has ended.`);
  const { operation, headers } = operationHeaders(world, asked, found, 'InProgress', true);
  life.power(found.id, name, operation);
  return { status: 202, headers };
}
