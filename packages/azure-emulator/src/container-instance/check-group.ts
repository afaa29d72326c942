import { z } from 'zod';
import { ArmFault } from '../arm/fault.ts';
import { isSeen, regionName, type World } from '../world.ts';
import type { Resource } from '../state/resource-store.ts';
import { stateOf } from './group-state.ts';
import { usageOf, type Quota } from './quota.ts';
import { groupRequestSchema, type GroupRequest } from './request.ts';

const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const most = { containers: 60, volumes: 20, ports: 5, cpu: 4, memoryInGB: 16 } as const;
/** Registries that give images to anyone. */
const openRegistries = /^(docker\.io|index\.docker\.io|mcr\.microsoft\.com|ghcr\.io|quay\.io|localhost|127\.0\.0\.1)(:\d+)?$/;

/** Reads a group and refuses what the service refuses, in its words. */
export function readGroup(body: unknown, name: string): GroupRequest {
  const read = groupRequestSchema.safeParse(body);
  if (!read.success) throw new ArmFault(400, 'InvalidRequestContent', `The request content was invalid and could not be deserialized: ${z.prettifyError(read.error)}`);
  const { properties } = read.data;
  const wrong = (code: string, message: string): never => {
    throw new ArmFault(400, code, message);
  };
  const names = [...properties.containers, ...(properties.initContainers ?? [])].map((each) => each.name);
  if (!namePattern.test(name)) wrong('InvalidContainerGroupName', `The container group name '${name}' is invalid: 1 to 63 lower-case letters, digits and hyphens.`);
  for (const each of names) if (!namePattern.test(each)) wrong('InvalidContainerName', `The container name '${each}' is invalid: 1 to 63 lower-case letters, digits and hyphens.`);
  if (new Set(names).size < names.length) wrong('DuplicateContainerName', `Duplicate container names are found in container group '${name}'.`);
  if (properties.containers.length > most.containers) wrong('ContainerGroupContainerCountExceeded', `A container group has at most ${most.containers} containers.`);
  if ((properties.volumes ?? []).length > most.volumes) wrong('ContainerGroupVolumeCountExceeded', `A container group has at most ${most.volumes} volumes.`);
  if ((properties.ipAddress?.ports ?? []).length > most.ports) wrong('ContainerGroupPortCountExceeded', `An IP address of a container group has at most ${most.ports} ports.`);
  if (!['Linux', 'Windows'].includes(properties.osType)) wrong('InvalidOsType', `The osType '${properties.osType}' is invalid.`);
  checkMounts(read.data, wrong);
  checkImages(read.data, wrong);
  return read.data;
}

type Refuse = (code: string, message: string) => never;

function checkMounts({ properties }: GroupRequest, wrong: Refuse): void {
  const volumes = new Set((properties.volumes ?? []).map(({ name }) => name));
  for (const { name, properties: own } of [...properties.containers, ...(properties.initContainers ?? [])]) {
    for (const mount of own.volumeMounts ?? []) {
      if (!volumes.has(mount.name)) wrong('VolumeMountNotFound', `The volume mount '${mount.name}' in container '${name}' does not match any volume of the container group.`);
    }
  }
}

function checkImages({ properties, identity }: GroupRequest, wrong: Refuse): void {
  for (const { properties: own } of properties.containers) {
    const host = /^([^/]+\.[^/]+|localhost(?::\d+)?)\//.exec(own.image)?.[1];
    if (host === undefined || openRegistries.test(host)) continue;
    const known = (properties.imageRegistryCredentials ?? []).some(({ server }) => server.toLowerCase() === host.toLowerCase());
    if (!known && identity == null && /\.azurecr\./.test(host)) {
      wrong('InaccessibleImage', `The image '${own.image}' in container group is not accessible. Please check the image and registry credential.`);
    }
  }
}

/** Quota, capacity and names that must be unique: what depends on the region. */
export function admitGroup(world: World, request: GroupRequest, id: string, quota: Quota): void {
  const location = request.location ?? '';
  const region = regionName(location);
  if (!world.regions.includes(region)) {
    throw new ArmFault(400, 'LocationNotAvailableForResourceType', `The provided location '${location}' is not available for resource type 'Microsoft.ContainerInstance/containerGroups'. List of available regions for the resource type is '${world.regions.join(',')}'.`);
  }
  const amounts = request.properties.containers.map(({ properties }) => properties.resources.requests);
  const cpu = amounts.reduce((sum, each) => sum + each.cpu, 0);
  const memoryInGB = amounts.reduce((sum, each) => sum + each.memoryInGB, 0);
  if (cpu > quota.largest.cpu || memoryInGB > quota.largest.memoryInGB) {
    throw new ArmFault(409, 'ServiceUnavailable', `The requested resource with '${cpu}' CPU and '${memoryInGB}' GB memory is not available in the location '${region}' at this moment. Please retry with a different resource request or in another location.`);
  }
  if (world.faults.take('capacity', { operation: 'ContainerGroups_CreateOrUpdate', method: 'PUT', path: `${id} ${region}` }) !== undefined) {
    throw new ArmFault(409, 'ServiceUnavailable', `The requested resource is not available in the location '${region}' at this moment. Please retry with a different resource request or in another location. Resource requested: '${cpu}' CPU '${memoryInGB}' GB memory 'Linux' OS`);
  }
  const groups = groupsIn(world, region).filter((each) => each.id.toLowerCase() !== id.toLowerCase());
  const used = usageOf(groups);
  const drained = world.faults.take('quota', { operation: 'ContainerGroups_CreateOrUpdate', method: 'PUT', path: `${id} ${region}` }) !== undefined;
  const over = (name: string, limit: number, usage: number, wanted: number): void => {
    if (usage + wanted <= limit) return;
    throw new ArmFault(400, 'ContainerGroupQuotaReached', `Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota '${name}' exceeded in region '${region}'. Limit: '${limit}', Usage: '${usage}' Requested: '${wanted}'.`);
  };
  over('StandardCores', drained ? used.cores : quota.cores, used.cores, cpu);
  over('ContainerGroups', quota.groups, groups.length, 1);
  const label = request.properties.ipAddress?.dnsNameLabel ?? undefined;
  if (label !== undefined && groups.some((each) => stateOf(each).request.properties.ipAddress?.dnsNameLabel === label)) {
    throw new ArmFault(409, 'DnsNameLabelConflict', `The DNS name label '${label}' is already used in region '${region}'. Choose another one.`);
  }
}

export function groupsIn(world: World, region: string): Resource[] {
  return world.store.list((each) => each.type === 'Microsoft.ContainerInstance/containerGroups' && regionName(stateOf(each).request.location ?? '') === region && isSeen(world, each));
}

/** What an existing group cannot become without being deleted first. */
export function checkChange(before: GroupRequest, after: GroupRequest, name: string): void {
  const fixed = ({ properties, location }: GroupRequest): string =>
    JSON.stringify([location === undefined ? '' : regionName(location), properties.osType, properties.restartPolicy ?? 'Always', properties.containers.map((each) => [each.properties.resources.requests.cpu, each.properties.resources.requests.memoryInGB, each.properties.resources.requests.gpu ?? null])]);
  if (fixed(before) === fixed(after)) return;
  throw new ArmFault(400, 'InvalidContainerGroupUpdate', `The updates on container group '${name}' are invalid. If you are going to update the os type, restart policy, network profile, CPU, memory or GPU resources for a container group, you must delete it first and then create a new one.`);
}
