import type { World } from '../world.ts';
import { isRecord } from '../http/exchange.ts';
import type { Resource } from '../state/resource-store.ts';
import { guidOf } from './guid.ts';
import { recordProperties, recordType, type RecordKind } from './records.ts';

/** Connections of private endpoints: kept and shown with their workspace; nothing is closed off by them here. */
export const privateEndpointKind: RecordKind = {
  path: 'privateEndpointConnections/{connection}',
  operations: 'PrivateEndpointConnections',
  anyName: true,
  createdStatus: 200,
  accept: (properties) => properties,
  tell: tellConnection,
};

function tellConnection(properties: Record<string, unknown>, { id, subscription, group }: Resource): Record<string, unknown> {
  const { privateEndpoint } = properties;
  const endpoint = isRecord(privateEndpoint) && typeof privateEndpoint['id'] === 'string' ? privateEndpoint : { id: `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${guidOf(id)}` };
  const { privateLinkServiceConnectionState: link } = properties;
  return { ...properties, privateLinkServiceConnectionState: { actionsRequired: 'None', ...(isRecord(link) && link) }, privateEndpoint: endpoint, provisioningState: 'Succeeded' };
}

/** As they stand in their workspace. */
export function connectionsOf(world: World, workspace: Resource): unknown[] {
  const prefix = `${workspace.id}/privateEndpointConnections/`.toLowerCase();
  const all = world.store.list((each) => each.type === recordType(privateEndpointKind) && each.id.toLowerCase().startsWith(prefix));
  return all.map((each) => ({ id: each.id, name: each.name, type: each.type, properties: tellConnection(recordProperties(each), each) }));
}
