import { join } from 'node:path';
import type { World } from '../world.ts';
import type { GroupState } from './group-state.ts';
import type { RunPlan } from './runner.ts';
import { mountsOf } from './volumes.ts';

/** How a container of the group, init or not, is to be started. */
export function planRun(world: World, state: GroupState, name: string): RunPlan {
  const { containers, initContainers } = state.request.properties;
  const main = containers.find((each) => each.name === name);
  const properties = main?.properties ?? initContainers?.find((each) => each.name === name)?.properties;
  const variables = (properties?.environmentVariables ?? []).map((each) => [each.name, each.secureValue ?? each.value ?? ''] as const);
  const identity = state.principalId === undefined ? {} : { IDENTITY_ENDPOINT: world.identity.endpoint(), IDENTITY_HEADER: world.identity.header };
  return {
    folder: join(state.folder, name),
    generation: state.containers[name]?.generation ?? 0,
    image: properties?.image ?? 'scratch',
    command: properties?.command ?? [],
    variables: { ...identity, ...Object.fromEntries(variables) },
    mounts: mountsOf(state, properties?.volumeMounts ?? []),
    ports: (main?.properties.ports ?? []).map(({ port }) => port),
    ip: state.ip,
    cpu: main?.properties.resources.requests.cpu ?? 1,
    memoryInGB: main?.properties.resources.requests.memoryInGB ?? 1,
  };
}
