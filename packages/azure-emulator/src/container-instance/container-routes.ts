import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { objectBody, type Asked, type Route } from '../http/exchange.ts';
import { regionName } from '../world.ts';
import { groupsIn } from './check-group.ts';
import { stateOf, type ContainerState, type GroupState } from './group-state.ts';
import { logWindow } from './logs.ts';
import { capabilityView, usageView } from './quota.ts';
import { apiVersions, groupsPath } from './names.ts';
import { requireContainerGroup, type GroupTools } from './routes.ts';
import { planRun } from './run-plan.ts';
import type { Runner } from './runner.ts';
import type { Sessions } from './sessions.ts';
import { subnetLinkRoute } from './subnet-link.ts';
import { followLog, terminalOf } from './terminal.ts';

const cachedImages = [
  ['Linux', 'ubuntu:16.04'], ['Linux', 'alpine:3.6'], ['Linux', 'nginx:latest'], ['Linux', 'mcr.microsoft.com/azuredocs/aci-helloworld:latest'], ['Windows', 'microsoft/nanoserver:10.0.14393.2485'],
] as const;

type Found = { id: string; state: GroupState; container: ContainerState };

/** Logs, exec and attach of one container, and what a region offers. */
export function containerRoutes({ world, quota }: GroupTools, runner: Runner, sessions: Sessions): Route[] {
  const one = `${groupsPath}/{name}/containers/{container}`;
  const region = '/subscriptions/{subscription}/providers/Microsoft.ContainerInstance/locations/{location}';
  const route = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions, handle });
  const find = (asked: Asked): Found => {
    const group = requireContainerGroup(world, asked);
    const state = stateOf(group);
    const container = state.containers[asked.params['container'] ?? ''];
    if (container === undefined) throw new ArmFault(404, 'ContainerNotFound', `The container '${asked.params['container'] ?? ''}' is not found in container group '${group.name}'.`);
    return { id: group.id, state, container };
  };
  const started = (asked: Asked): Found => {
    const found = find(asked);
    if (found.container.run !== undefined || found.container.current.state === 'Terminated' || found.container.previous !== undefined) return found;
    throw new ArmFault(409, 'ContainerGroupTransitioning', `The container group '${asked.params['name'] ?? ''}' is still transitioning, please retry later.`);
  };
  const location = ({ params }: Asked): string => regionName(params['location'] ?? '');
  return [
    route('GET', `${one}/logs`, 'Containers_ListLogs', async (asked) => {
      const { state, container } = started(asked);
      const bytes = await runner.log(planRun(world, state, asked.params['container'] ?? ''), container.run);
      const tail = asked.query.get('tail');
      const stamp = asked.query.get('timestamps')?.toLowerCase() === 'true' ? container.current.startTime : undefined;
      return { status: 200, body: { content: logWindow(bytes, { ended: container.run === undefined, ...(tail !== null && { tail: Number(tail) }), stamp }) } };
    }),
    route('POST', `${one}/exec`, 'Containers_ExecuteCommand', (asked) => {
      const { command } = objectBody(asked);
      if (typeof command !== 'string' || command === '') throw new ArmFault(400, 'InvalidRequestContent', "The exec request needs a 'command'.");
      const { state, container } = find(asked);
      const { run } = container;
      const plan = planRun(world, state, asked.params['container'] ?? '');
      const act = terminalOf(() => {
        if (run === undefined) throw new Error('the container does not run');
        return runner.exec(plan, run, [command]);
      });
      return { status: 200, body: sessions.open(asked, 'exec', run === undefined ? (socket) => socket.close(1000, 'the container does not run') : act) };
    }),
    route('POST', `${one}/attach`, 'Containers_Attach', (asked) => {
      find(asked);
      const read = async (): Promise<{ bytes: Buffer; ended: boolean }> => {
        const { state, container } = find(asked);
        return { bytes: await runner.log(planRun(world, state, asked.params['container'] ?? ''), container.run), ended: container.run === undefined };
      };
      return { status: 200, body: sessions.open(asked, 'attach', followLog(read)) };
    }),
    route('GET', `${region}/usages`, 'Location_ListUsage', (asked) => page(asked, usageView(groupsIn(world, location(asked)), quota), world.pageSize)),
    route('GET', `${region}/capabilities`, 'Location_ListCapabilities', (asked) => page(asked, capabilityView(location(asked), quota), world.pageSize)),
    route('GET', `${region}/cachedImages`, 'Location_ListCachedImages', (asked) => page(asked, cachedImages.map(([osType, image]) => ({ osType, image })), world.pageSize)),
    route('GET', `${groupsPath}/{name}/outboundNetworkDependenciesEndpoints`, 'ContainerGroups_GetOutboundNetworkDependenciesEndpoints', (asked) => {
      requireContainerGroup(world, asked);
      return { status: 200, body: [] };
    }),
    route('GET', '/providers/Microsoft.ContainerInstance/operations', 'Operations_List', (asked) => page(asked, operationsList, 1000)),
    subnetLinkRoute(world),
  ];
}

const verbs = [['read', 'Get'], ['write', 'Create or update'], ['delete', 'Delete'], ['start/action', 'Start'], ['stop/action', 'Stop'], ['restart/action', 'Restart']] as const;
const operationsList = verbs.map(([verb, word]) => ({
  name: `Microsoft.ContainerInstance/containerGroups/${verb}`,
  display: { provider: 'Microsoft Container Instance', resource: 'Container Group', operation: `${word} Container Groups`, description: `${word} container groups.` },
  origin: 'User',
}));
