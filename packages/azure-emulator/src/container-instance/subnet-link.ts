import { noContent, type Answer, type Asked, type Route } from '../http/exchange.ts';
import type { World } from '../world.ts';
import { stateOf } from './group-state.ts';
import type { GroupRequest } from './request.ts';
import { apiVersions, resourceType } from './names.ts';

const linkType = 'Microsoft.ContainerInstance/serviceAssociationLinks';
const lookMs = 1000;

/** The link that the first group in a subnet leaves there; it must be deleted before the subnet can be. */
function linkId(subnetId: string): string {
  return `${subnetId}/providers/${linkType}/default`;
}

export function subnetsOf({ properties }: GroupRequest): string[] {
  const given = properties['subnetIds'];
  return Array.isArray(given) ? given.flatMap((each: { id?: unknown }) => (typeof each.id === 'string' ? [each.id] : [])) : [];
}

/** Notes that a group lives in its subnets. */
export function linkSubnets({ store, clock }: World, request: GroupRequest, subscription: string): void {
  for (const subnet of subnetsOf(request)) {
    const id = linkId(subnet);
    store.put({ id, type: linkType, subscription, group: subnet.split('/')[4] ?? '', name: 'default', createdMs: clock.nowMs(), body: {}, hidden: {} });
  }
}

/** `SubnetServiceAssociationLink_Delete`: at once where no group lives in the subnet, else when the last has gone. */
export function subnetLinkRoute(world: World): Route {
  const { store, operations, clock } = world;
  const inUse = (subnet: string): boolean =>
    store.list((each) => each.type === resourceType && subnetsOf(stateOf(each).request).some((other) => other.toLowerCase() === subnet.toLowerCase())).length > 0;
  const remove = (asked: Asked): Answer => {
    const { subscription = '', group = '', network = '', subnet: name = '' } = asked.params;
    const subnet = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/virtualNetworks/${network}/subnets/${name}`;
    const link = store.get(linkId(subnet));
    if (link === undefined) return noContent;
    if (!inUse(subnet)) {
      store.delete(link.id);
      return { status: 200 };
    }
    const operation = operations.begin({ subscription, provider: 'Microsoft.ContainerInstance', location: 'global', about: link.id, running: 'Deleting' });
    const look = (): void => {
      if (inUse(subnet)) return void clock.after(lookMs, look);
      store.delete(link.id);
      operations.end(operation, 'Succeeded');
    };
    clock.after(lookMs, look);
    return { status: 202, headers: operations.headers(operation, asked, { location: true }) };
  };
  const path = '/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{subnet}/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default';
  return { method: 'DELETE', path, operation: 'SubnetServiceAssociationLink_Delete', apiVersions, handle: remove };
}
