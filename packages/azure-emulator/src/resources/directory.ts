import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { isRecord, noContent, objectBody, type Answer, type Asked, type Route } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, visible, type Service, type World } from '../world.ts';
import { operationType } from '../arm/operations.ts';
import { groupType, requireGroup } from './groups.ts';

const displayNames: Readonly<Record<string, string>> = {
  eastus: 'East US', eastus2: 'East US 2', westus: 'West US', westus2: 'West US 2', westeurope: 'West Europe', northeurope: 'North Europe', westcentralus: 'West Central US', centralus: 'Central US',
};

/** Tenants, subscriptions, regions, providers, and all resources in one list. */
export function directoryRoutes(world: World, services: () => readonly Service[]): Route[] {
  const route = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions: 'any', handle });
  const subscription = (id: string): unknown => ({
    id: `/subscriptions/${id}`,
    subscriptionId: id,
    tenantId: world.tenantId,
    displayName: 'Azure emulator',
    state: 'Enabled',
    subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
    authorizationSource: 'RoleBased',
    managedByTenants: [],
  });
  const providers = (asked: Asked): unknown[] => services().map((service) => provider(service, asked.params['subscription'] ?? '', world.regions));
  const resources = (asked: Asked): Answer => {
    const { subscription: id, group } = asked.params;
    if (group !== undefined) requireGroup(world, asked);
    const wanted = /resourceType eq '([^']+)'/i.exec(asked.query.get('$filter') ?? '')?.[1]?.toLowerCase();
    const fits = (each: Resource): boolean =>
      each.subscription === id && each.type !== groupType && each.type !== operationType && isSeen(world, each) &&
      (group === undefined || each.group.toLowerCase() === group.toLowerCase()) && (wanted === undefined || each.type.toLowerCase() === wanted);
    return page(asked, world.store.list(fits).map(summary), world.pageSize);
  };
  return [
    route('GET', '/tenants', 'Tenants_List', (asked) => page(asked, [{ id: `/tenants/${world.tenantId}`, tenantId: world.tenantId, displayName: 'Azure emulator', tenantCategory: 'Home', countryCode: 'ES', domains: ['emulator.local.test'] }], world.pageSize)),
    route('GET', '/subscriptions', 'Subscriptions_List', (asked) => page(asked, world.subscriptions.map(subscription), world.pageSize)),
    route('GET', '/subscriptions/{subscription}', 'Subscriptions_Get', (asked) => ({ status: 200, body: subscription(asked.params['subscription'] ?? '') })),
    route('GET', '/subscriptions/{subscription}/locations', 'Subscriptions_ListLocations', (asked) => page(asked, world.regions.map((name) => ({ id: `/subscriptions/${asked.params['subscription'] ?? ''}/locations/${name}`, name, type: 'Region', displayName: displayNames[name] ?? name, regionalDisplayName: displayNames[name] ?? name, metadata: { regionType: 'Physical', regionCategory: 'Recommended' } })), 1000)),
    route('GET', '/subscriptions/{subscription}/providers', 'Providers_List', (asked) => page(asked, providers(asked), world.pageSize)),
    route('GET', '/subscriptions/{subscription}/providers/{namespace}', 'Providers_Get', (asked) => ({ status: 200, body: namedProvider(world, services(), asked) })),
    route('POST', '/subscriptions/{subscription}/providers/{namespace}/register', 'Providers_Register', (asked) => ({ status: 200, body: namedProvider(world, services(), asked) })),
    route('GET', '/subscriptions/{subscription}/resources', 'Resources_List', resources),
    route('GET', '/subscriptions/{subscription}/resourcegroups/{group}/resources', 'Resources_ListByResourceGroup', resources),
  ];
}

function namedProvider(world: World, services: readonly Service[], { params }: Asked): unknown {
  const service = services.find(({ namespace }) => namespace.toLowerCase() === params['namespace']?.toLowerCase());
  if (service === undefined) throw new ArmFault(404, 'InvalidResourceNamespace', `The resource namespace '${params['namespace'] ?? ''}' is invalid.`);
  return provider(service, params['subscription'] ?? '', world.regions);
}

function provider({ namespace, types }: Service, subscription: string, regions: readonly string[]): unknown {
  const locations = regions.map((name) => displayNames[name] ?? name);
  const resourceTypes = types.map(({ name, apiVersions }) => ({ resourceType: name, locations, apiVersions, capabilities: 'SupportsTags, SupportsLocation' }));
  return { id: `/subscriptions/${subscription}/providers/${namespace}`, namespace, registrationPolicy: 'RegistrationRequired', registrationState: 'Registered', resourceTypes };
}

function summary({ id, name, type, body }: Resource): unknown {
  return { id, name, type, location: body['location'], ...(isRecord(body['tags']) && { tags: body['tags'] }) };
}

/** Resources of types that no service here gives life to: kept as they are written, so that others may refer to them. */
export function genericRoutes(world: World): Route[] {
  const path = '/subscriptions/{subscription}/resourcegroups/{group}/providers/{provider}/{tail*}';
  const idOf = ({ params }: Asked): string => `/subscriptions/${params['subscription'] ?? ''}/resourceGroups/${params['group'] ?? ''}/providers/${params['provider'] ?? ''}/${params['tail'] ?? ''}`;
  const find = (asked: Asked): Resource => {
    requireGroup(world, asked);
    const found = visible(world, idOf(asked));
    if (found === undefined) throw new ArmFault(404, 'ResourceNotFound', `The Resource '${typeOf(asked)}/${nameOf(asked)}' under resource group '${asked.params['group'] ?? ''}' was not found.`);
    return found;
  };
  const route = (method: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions: 'any', handle });
  return [
    route('PUT', 'Resources_CreateOrUpdate', (asked) => {
      const { name: group, subscription } = requireGroup(world, asked);
      const id = idOf(asked);
      const before = world.store.get(id);
      const body = objectBody(asked);
      const properties = isRecord(body['properties']) ? body['properties'] : {};
      const kept = { id, type: typeOf(asked), subscription, group, name: nameOf(asked), createdMs: before?.createdMs ?? world.clock.nowMs(), hidden: {} };
      const made = world.store.put({ ...kept, body: { ...body, id, name: kept.name, type: kept.type, properties: { ...properties, provisioningState: 'Succeeded' } } });
      return { status: before === undefined ? 201 : 200, headers: { etag: made.etag }, body: made.body };
    }),
    route('GET', 'Resources_Get', (asked) => {
      const found = find(asked);
      return { status: 200, headers: { etag: found.etag }, body: found.body };
    }),
    route('DELETE', 'Resources_Delete', (asked) => {
      requireGroup(world, asked);
      return world.store.delete(idOf(asked)) ? { status: 200 } : noContent;
    }),
  ];
}

/** `Microsoft.X/a/b` out of `Microsoft.X/a/NAME/b/NAME`. */
function typeOf({ params }: Asked): string {
  const types = (params['tail'] ?? '').split('/').filter((_, index) => index % 2 === 0);
  return [params['provider'] ?? '', ...types].join('/');
}

function nameOf({ params }: Asked): string {
  return (params['tail'] ?? '').split('/').at(-1) ?? '';
}
