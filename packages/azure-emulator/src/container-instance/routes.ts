import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { isRecord, noContent, objectBody, type Answer, type Asked, type Route } from '../http/exchange.ts';
import { requireGroup } from '../resources/groups.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, visible, type World } from '../world.ts';
import { admitGroup, checkChange, readGroup } from './check-group.ts';
import type { Conductor } from './conductor.ts';
import { stateOf, type GroupState } from './group-state.ts';
import { addressOf } from './address.ts';
import type { Quota } from './quota.ts';
import { apiVersions, groupsPath, resourceType } from './names.ts';
import { linkSubnets } from './subnet-link.ts';
import { groupView } from './view.ts';


export type GroupTools = { world: World; conductor: Conductor; quota: Quota };

/** The id of the group that a request is about. */
export function idOf({ params }: Asked): string {
  return `/subscriptions/${params['subscription'] ?? ''}/resourceGroups/${params['group'] ?? ''}/providers/${resourceType}/${params['name'] ?? ''}`;
}

/** @throws `ResourceNotFound` as ARM says it. */
export function requireContainerGroup(world: World, asked: Asked): Resource {
  requireGroup(world, asked);
  const found = visible(world, idOf(asked));
  if (found !== undefined) return found;
  throw new ArmFault(404, 'ResourceNotFound', `The Resource '${resourceType}/${asked.params['name'] ?? ''}' under resource group '${asked.params['group'] ?? ''}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`);
}

function transitioning(name: string): ArmFault {
  return new ArmFault(409, 'ContainerGroupTransitioning', `The container group '${name}' is still transitioning, please retry later.`);
}

function isMoving({ power, provisioning }: GroupState): boolean {
  return power === 'on' && (provisioning === 'Pending' || provisioning === 'Creating');
}

/** Create, read, list, tag, delete, start, stop and restart of container groups. */
export function groupRoutes(tools: GroupTools): Route[] {
  const { world, conductor } = tools;
  const one = `${groupsPath}/{name}`;
  const route = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions, handle });
  const list = (asked: Asked, fits: (each: Resource) => boolean): Answer =>
    page(asked, world.store.list((each) => each.type === resourceType && isSeen(world, each) && fits(each)).map((each) => groupView(each, { instanceView: false })), world.pageSize);
  const begin = (resource: Resource, running: string): string => {
    const { request } = stateOf(resource);
    const operation = world.operations.begin({ subscription: resource.subscription, provider: 'Microsoft.ContainerInstance', location: (request.location ?? '').toLowerCase().replaceAll(' ', ''), about: resource.id, running });
    world.store.put({ ...resource, hidden: { ...resource.hidden, operation } });
    conductor.bringUp(resource.id);
    return operation;
  };
  return [
    route('PUT', one, 'ContainerGroups_CreateOrUpdate', (asked) => put(tools, asked, begin)),
    route('GET', one, 'ContainerGroups_Get', (asked) => ({ status: 200, body: groupView(requireContainerGroup(world, asked), { instanceView: true }) })),
    route('GET', groupsPath, 'ContainerGroups_ListByResourceGroup', (asked) => {
      const { name, subscription } = requireGroup(world, asked);
      return list(asked, (each) => each.subscription === subscription && each.group.toLowerCase() === name.toLowerCase());
    }),
    route('GET', '/subscriptions/{subscription}/providers/Microsoft.ContainerInstance/containerGroups', 'ContainerGroups_List', (asked) => list(asked, (each) => each.subscription === asked.params['subscription'])),
    route('PATCH', one, 'ContainerGroups_Update', (asked) => {
      const found = requireContainerGroup(world, asked);
      const { tags } = objectBody(asked);
      const state = stateOf(found);
      const request = { ...state.request, ...(isRecord(tags) && { tags: tags as Record<string, string> }) };
      return { status: 200, body: groupView(world.store.put({ ...found, body: { ...found.body, tags: request.tags }, hidden: { ...state, request } }), { instanceView: false }) };
    }),
    route('DELETE', one, 'ContainerGroups_Delete', (asked) => remove(tools, asked)),
    route('POST', `${one}/start`, 'ContainerGroups_Start', (asked) => {
      const found = requireContainerGroup(world, asked);
      const state = stateOf(found);
      if (isMoving(state)) throw transitioning(found.name);
      if (state.power === 'on' && Object.values(state.containers).some(({ current }) => current.state === 'Running')) return noContent;
      return { status: 202, headers: world.operations.headers(begin(found, 'Pending'), asked) };
    }),
    route('POST', `${one}/restart`, 'ContainerGroups_Restart', (asked) => {
      const found = requireContainerGroup(world, asked);
      if (isMoving(stateOf(found))) throw transitioning(found.name);
      return { status: 204, headers: world.operations.headers(begin(found, 'Pending'), asked) };
    }),
    route('POST', `${one}/stop`, 'ContainerGroups_Stop', async (asked) => {
      const found = requireContainerGroup(world, asked);
      if (isMoving(stateOf(found))) throw transitioning(found.name);
      await conductor.stop(found.id);
      return noContent;
    }),
  ];
}

function put({ world, quota }: GroupTools, asked: Asked, begin: (resource: Resource, running: string) => string): Answer {
  const group = requireGroup(world, asked);
  const name = asked.params['name'] ?? '';
  const written = readGroup(asked.body, name);
  const request = { ...written, location: written.location ?? String(group.body['location'] ?? '') };
  const id = `/subscriptions/${group.subscription}/resourceGroups/${group.name}/providers/${resourceType}/${name}`;
  const before = world.store.get(id);
  if (before !== undefined) {
    if (isMoving(stateOf(before))) throw transitioning(name);
    checkChange(stateOf(before).request, request, name);
  }
  admitGroup(world, request, id, quota);
  const folder = before === undefined ? join(world.store.folder, 'containers', randomUUID()) : stateOf(before).folder;
  const state: GroupState = {
    epoch: 0, events: [], containers: {}, ip: addressOf(id), folder,
    ...(before !== undefined && stateOf(before)),
    request, provisioning: 'Pending', power: 'on',
    ...(request.identity != null && { principalId: randomUUID() }),
  };
  const body = { location: request.location, ...(request.tags != null && { tags: request.tags }) };
  const made = world.store.put({ id, type: resourceType, subscription: group.subscription, group: group.name, name, createdMs: before?.createdMs ?? world.clock.nowMs(), body, hidden: state });
  linkSubnets(world, request, group.subscription);
  const operation = begin(made, 'Pending');
  const kept = world.store.get(id) ?? made;
  return { status: before === undefined ? 201 : 200, headers: world.operations.headers(operation, asked), body: groupView(kept, { instanceView: true }) };
}

async function remove({ world, conductor }: GroupTools, asked: Asked): Promise<Answer> {
  requireGroup(world, asked);
  const found = world.store.get(idOf(asked));
  if (found === undefined) return noContent;
  const body = groupView(found, { instanceView: true });
  if (!isMoving(stateOf(found))) {
    await conductor.destroy(found);
    world.store.delete(found.id);
    return { status: 200, body };
  }
  // Still on its way up: it goes when what was begun has been taken back.
  const operation = world.operations.begin({ subscription: found.subscription, provider: 'Microsoft.ContainerInstance', location: (stateOf(found).request.location ?? '').toLowerCase().replaceAll(' ', ''), about: found.id, running: 'Deleting' });
  const headers = world.operations.headers(operation, asked, { location: true });
  void conductor.destroy(found).then(() => {
    world.store.delete(found.id);
    world.operations.end(operation, 'Succeeded');
  });
  return { status: 202, headers };
}
