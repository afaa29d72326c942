import { ArmFault } from '../arm/fault.ts';
import { page } from '../arm/paging.ts';
import { isRecord, noContent, objectBody, type Answer, type Asked, type Route } from '../http/exchange.ts';
import { requireGroup } from '../resources/groups.ts';
import type { Resource } from '../state/resource-store.ts';
import { isSeen, regionName, visible, type World } from '../world.ts';
import { authorOf, systemData, workspaceId, type Author } from './parents.ts';
import { apiVersions, namespace, workspacePath, workspacesPath, workspaceType } from './names.ts';
import { guidOf } from './guid.ts';
import { identityView } from './identity.ts';
import { connectionsOf } from './private-endpoints.ts';

const namePattern = /^[a-zA-Z0-9][\w-]{2,32}$/;

/** What the service keeps beside what was written. `operation` is under way. */
type Hidden = { created: Author; changed: Author; operation?: string; isDeleting?: boolean };

export type WorkspaceTools = {
  world: World;
  /** How long a change takes. */
  settleMs: number;
  /** Where the data planes are: what `discoveryUrl` leads to. */
  origin(): string;
  /** Makes what every workspace begins with. */
  furnish(workspace: Resource): void;
  /** Ends and removes all that is in it. */
  empty(workspace: Resource): Promise<void>;
};

function view({ world, origin }: WorkspaceTools, workspace: Resource): unknown {
  const { id, name, type, body, hidden } = workspace;
  const { created, changed } = hidden as Hidden;
  const written = isRecord(body['properties']) ? body['properties'] : {};
  const location = String(body['location']);
  const properties = {
    friendlyName: name, description: '', hbiWorkspace: false, allowPublicAccessWhenBehindVnet: false, publicNetworkAccess: 'Enabled', privateLinkCount: 0, imageBuildCompute: '', sharedPrivateLinkResources: [],
    serviceProvisionedResourceGroup: `${name}_${guidOf(id).slice(0, 8)}`, privateEndpointConnections: connectionsOf(world, workspace),
    ...written,
    workspaceId: guidOf(id), discoveryUrl: `${origin()}/discovery/workspaces/${guidOf(id)}`, provisioningState: 'Succeeded', tenantId: world.tenantId,
    mlFlowTrackingUri: `azureml://${location}.api.azureml.ms/mlflow/v1.0${id}`,
  };
  const { identity, tags, sku, kind } = body;
  return { id, name, type, location, tags: tags ?? {}, sku: sku ?? { name: 'Basic', tier: 'Basic' }, ...(typeof kind === 'string' && { kind }), identity: identityView(identity, id, world.tenantId), properties, systemData: systemData(created, changed) };
}

/** Create, read, list, change and delete workspaces. */
export function workspaceRoutes(tools: WorkspaceTools): Route[] {
  const { world } = tools;
  const route = (method: string, path: string, operation: string, handle: Route['handle']): Route => ({ method, path, operation, apiVersions, handle });
  const list = (asked: Asked, fits: (each: Resource) => boolean): Answer =>
    page(asked, world.store.list((each) => each.type === workspaceType && isSeen(world, each) && fits(each)).map((each) => view(tools, each)), world.pageSize);
  return [
    route('PUT', workspacePath, 'Workspaces_CreateOrUpdate', (asked) => put(tools, asked)),
    route('PATCH', workspacePath, 'Workspaces_Update', (asked) => patch(tools, asked)),
    route('GET', workspacePath, 'Workspaces_Get', (asked) => ({ status: 200, body: view(tools, required(world, asked)) })),
    route('DELETE', workspacePath, 'Workspaces_Delete', (asked) => remove(tools, asked)),
    route('GET', workspacesPath, 'Workspaces_ListByResourceGroup', (asked) => {
      const { subscription, name } = requireGroup(world, asked);
      return list(asked, (each) => each.subscription === subscription && each.group.toLowerCase() === name.toLowerCase());
    }),
    route('GET', `/subscriptions/{subscription}/providers/${workspaceType}`, 'Workspaces_ListBySubscription', (asked) => list(asked, (each) => each.subscription === asked.params['subscription'])),
  ];
}

function required(world: World, asked: Asked): Resource {
  requireGroup(world, asked);
  const found = visible(world, workspaceId(asked));
  if (found !== undefined) return found;
  const { workspace = '', group = '' } = asked.params;
  throw new ArmFault(404, 'ResourceNotFound', `The Resource '${workspaceType}/${workspace}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`);
}

function put(tools: WorkspaceTools, asked: Asked): Answer {
  const { world } = tools;
  const group = requireGroup(world, asked);
  const name = asked.params['workspace'] ?? '';
  if (!namePattern.test(name)) throw new ArmFault(400, 'BadRequest', `Workspace name '${name}' is invalid: between 3 and 33 characters, the first one alphanumeric, the rest alphanumeric, hyphens and underscores.`);
  const id = `/subscriptions/${group.subscription}/resourceGroups/${group.name}/providers/${workspaceType}/${name}`;
  const before = world.store.get(id);
  const body = objectBody(asked);
  const location = typeof body['location'] === 'string' ? regionName(body['location']) : before?.body['location'];
  if (typeof location !== 'string') throw new ArmFault(400, 'LocationRequired', 'The location property is required for this definition.');
  const author = authorOf(asked, world.clock.nowMs());
  const hidden: Hidden = before === undefined ? { created: author, changed: author } : { ...(before.hidden as Hidden), changed: author };
  const made = world.store.put({ id, type: workspaceType, subscription: group.subscription, group: group.name, name, createdMs: before?.createdMs ?? world.clock.nowMs(), body: { ...body, location }, hidden });
  if (before !== undefined) return { status: 200, body: view(tools, made) };
  tools.furnish(made);
  return { status: 202, headers: settled(tools, asked, made, 'Creating') };
}

/** Changed at once where it is the same again, else by an operation of its own. */
function patch(tools: WorkspaceTools, asked: Asked): Answer {
  const { world } = tools;
  const found = required(world, asked);
  const { properties, tags, identity, sku } = objectBody(asked);
  const kept = isRecord(found.body['properties']) ? found.body['properties'] : {};
  const next = { ...found.body, ...(tags !== undefined && { tags }), ...(identity !== undefined && { identity }), ...(sku !== undefined && { sku }), properties: { ...kept, ...(isRecord(properties) && properties) } };
  if (JSON.stringify(next) === JSON.stringify(found.body)) return { status: 200, body: view(tools, found) };
  const changed = world.store.put({ ...found, body: next, hidden: { ...found.hidden, changed: authorOf(asked, world.clock.nowMs()) } });
  return { status: 202, headers: settled(tools, asked, changed, 'Updating') };
}

function settled(tools: WorkspaceTools, asked: Asked, workspace: Resource, running: 'Creating' | 'Updating' | 'Deleting'): Record<string, string> {
  const { world } = tools;
  const operation = world.operations.begin({ subscription: workspace.subscription, provider: namespace, location: String(workspace.body['location']), about: workspace.id, running });
  world.store.put({ ...workspace, hidden: { ...workspace.hidden, operation, ...(running === 'Deleting' && { isDeleting: true }) } });
  endLater(tools, workspace.id, operation);
  return { ...world.operations.headers(operation, asked, { location: true }), 'retry-after': '10' }; // the least that the description allows
}

function endLater(tools: WorkspaceTools, id: string, operation: string): void {
  const { clock, store, operations } = tools.world;
  clock.after(tools.settleMs, () => {
    const workspace = store.get(id);
    const isDeleting = (workspace?.hidden as Hidden | undefined)?.isDeleting === true;
    if (workspace === undefined || !isDeleting) return operations.end(operation, 'Succeeded');
    void tools.empty(workspace).then(() => {
      store.delete(id);
      operations.end(operation, 'Succeeded');
    });
  });
}

/** Takes up what a restart interrupted. */
export function resumeWorkspace(tools: WorkspaceTools, { id, hidden }: Resource): void {
  const { operation } = hidden as Hidden;
  if (operation !== undefined) endLater(tools, id, operation);
}

function remove(tools: WorkspaceTools, asked: Asked): Answer {
  const { world } = tools;
  requireGroup(world, asked);
  const found = world.store.get(workspaceId(asked));
  if (found === undefined) return noContent;
  if ((found.hidden as Hidden).isDeleting === true) return { status: 200 };
  return { status: 202, headers: settled(tools, asked, found, 'Deleting') };
}
