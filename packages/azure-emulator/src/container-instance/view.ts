import type { Resource } from '../state/resource-store.ts';
import { isRecord } from '../http/exchange.ts';
import { groupPhase, stateOf, type ContainerState } from './group-state.ts';

/** Never given back, wherever it stands in a group. */
const secretNames = new Set(['secureValue', 'storageAccountKey', 'workspaceKey', 'password', 'protectedSettings', 'workspaceResourceId']);

/** A group as the service tells it: without secrets, and with the instance view only where it is asked for by name. */
export function groupView(resource: Resource, options: { instanceView: boolean }): unknown {
  const state = stateOf(resource);
  const { request } = state;
  const { properties } = request;
  const container = (each: { name: string; properties: Record<string, unknown> }, main: boolean): unknown => {
    const kept = state.containers[each.name];
    const defaults = main ? { command: [], environmentVariables: [], ports: [] } : { command: [], environmentVariables: [] };
    const instanceView = options.instanceView && kept !== undefined ? { instanceView: instance(kept) } : {};
    return { name: each.name, properties: { ...defaults, ...(withoutSecrets(each.properties) as object), ...instanceView } };
  };
  const told = {
    sku: 'Standard',
    ...(withoutSecrets(properties) as object),
    provisioningState: state.provisioning,
    containers: properties.containers.map((each) => container(each, true)),
    initContainers: (properties.initContainers ?? []).map((each) => container(each, false)),
    imageRegistryCredentials: withoutSecrets(properties.imageRegistryCredentials ?? []),
    restartPolicy: properties.restartPolicy ?? 'Always',
    ...(properties.ipAddress != null && { ipAddress: address(resource) }),
    ...(properties.volumes != null && { volumes: properties.volumes.map((volume) => (volume.secret == null ? withoutSecrets(volume) : { ...volume, secret: {} })) }),
    ...(options.instanceView && { instanceView: { events: state.events, state: groupPhase(state) } }),
  };
  const { tags, zones, location } = request;
  const { id, name, type } = resource;
  return { id, name, type, location, ...(tags != null && { tags }), ...(zones != null && { zones }), ...identity(resource), properties: told };
}

function instance({ restartCount, current, previous, events }: ContainerState): unknown {
  return { restartCount, currentState: current, ...(previous !== undefined && { previousState: previous }), events };
}

function address(resource: Resource): unknown {
  const { request, ip } = stateOf(resource);
  const given = request.properties.ipAddress;
  const label = given?.dnsNameLabel ?? undefined;
  const fqdn = label === undefined ? {} : { fqdn: `${label}.${(request.location ?? '').toLowerCase().replaceAll(' ', '')}.azurecontainer.io` };
  return { ...given, ip, ports: (given?.ports ?? []).map((each) => ({ protocol: 'TCP', ...each })), ...fqdn };
}

function identity(resource: Resource): object {
  const { request, principalId } = stateOf(resource);
  if (request.identity == null) return {};
  const { type, userAssignedIdentities } = request.identity;
  const users = Object.keys(userAssignedIdentities ?? {}).map((each) => [each, { principalId, clientId: principalId }] as const);
  const system = /SystemAssigned/i.test(type ?? '') ? { principalId, tenantId: principalId } : {};
  return { identity: { type, ...system, ...(users.length > 0 && { userAssignedIdentities: Object.fromEntries(users) }) } };
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([name, each]) => !secretNames.has(name) && each !== null);
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutSecrets(each)]));
}
