import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { isRecord, objectBody, type Asked, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, regionName, visible, type Service, type World } from '../world.ts';

export const groupType = 'Microsoft.Resources/resourceGroups';
const namePattern = /^[-\w().]{1,90}$/;
const settleMs = 2000;

export function groupId(subscription: string, name: string): string {
  return `/subscriptions/${subscription}/resourceGroups/${name}`;
}

/** @throws `ResourceGroupNotFound` as ARM says it. */
export function requireGroup(world: World, { params }: Asked): Resource {
  const { subscription = '', group = '' } = params;
  const found = world.store.get(groupId(subscription, group));
  if (found === undefined) throw new ArmFault(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  return found;
}

/** Resource groups. Deleting one deletes what is in it. */
export function groupRoutes(world: World, services: () => readonly Service[]): Route[] {
  const path = '/subscriptions/{subscription}/resourcegroups';
  const one = `${path}/{group}`;
  const view = (group: Resource): unknown => group.body;
  const route = (method: string, where: string, operation: string, handle: Route['handle']): Route => ({ method, path: where, operation, apiVersions: 'any', handle });
  const put = (asked: Asked): { status: number; body: unknown } => {
    const { subscription = '', group: name = '' } = asked.params;
    if (!namePattern.test(name) || name.endsWith('.')) throw new ArmFault(400, 'InvalidResourceGroup', `The provided resource group name '${name}' has these invalid characters or is too long.`);
    const body = objectBody(asked);
    const before = world.store.get(groupId(subscription, name));
    const location = typeof body['location'] === 'string' ? regionName(body['location']) : before?.body['location'];
    if (typeof location !== 'string') throw new ArmFault(400, 'LocationRequired', 'The location property is required for this definition.');
    if (before !== undefined && before.body['location'] !== location) {
      throw new ArmFault(409, 'InvalidResourceGroupLocation', `Invalid resource group location '${location}'. The Resource group already exists in location '${String(before.body['location'])}'.`);
    }
    const id = groupId(subscription, name);
    const tags = isRecord(body['tags']) ? { tags: body['tags'] } : {};
    const made = world.store.put({
      id, type: groupType, subscription, group: name, name, createdMs: before?.createdMs ?? world.clock.nowMs(), hidden: {},
      body: { id, name, type: groupType, location, ...tags, properties: { provisioningState: 'Succeeded' } },
    });
    return { status: before === undefined ? 201 : 200, body: view(made) };
  };
  const seen = (asked: Asked): Resource => {
    const group = requireGroup(world, asked);
    if (visible(world, group.id) === undefined) throw new ArmFault(404, 'ResourceGroupNotFound', `Resource group '${group.name}' could not be found.`);
    return group;
  };
  return [
    route('PUT', one, 'ResourceGroups_CreateOrUpdate', put),
    route('PATCH', one, 'ResourceGroups_Update', (asked) => {
      const group = requireGroup(world, asked);
      const { tags } = objectBody(asked);
      return { status: 200, body: view(world.store.put({ ...group, body: { ...group.body, ...(isRecord(tags) && { tags }) } })) };
    }),
    route('GET', one, 'ResourceGroups_Get', (asked) => ({ status: 200, body: view(seen(asked)) })),
    route('HEAD', one, 'ResourceGroups_CheckExistence', (asked) => ({ status: world.store.get(groupId(asked.params['subscription'] ?? '', asked.params['group'] ?? '')) === undefined ? 404 : 204 })),
    route('GET', path, 'ResourceGroups_List', (asked) => {
      const all = world.store.list((each) => each.type === groupType && each.subscription === asked.params['subscription'] && isSeen(world, each));
      return page(asked, all.map(view), world.pageSize);
    }),
    route('DELETE', one, 'ResourceGroups_Delete', (asked) => {
      const group = requireGroup(world, asked);
      const operation = world.operations.begin({ subscription: group.subscription, provider: 'Microsoft.Resources', location: 'global', about: group.id, running: 'Deleting' });
      world.clock.after(settleMs, () => {
        void emptyGroup(world, services(), group).then(() => world.operations.end(operation, 'Succeeded'));
      });
      return { status: 202, headers: world.operations.headers(operation, asked, { location: true }) };
    }),
  ];
}

async function emptyGroup(world: World, services: readonly Service[], group: Resource): Promise<void> {
  const inside = world.store.list((each) => each.id.toLowerCase().startsWith(`${group.id.toLowerCase()}/`));
  for (const resource of inside) {
    const service = services.find(({ namespace }) => resource.type.toLowerCase().startsWith(`${namespace.toLowerCase()}/`));
    await service?.remove?.(resource);
    world.store.delete(resource.id);
  }
  world.store.delete(group.id);
}
