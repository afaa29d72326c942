import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './caller.ts';
import type { ExampleExchange, Json } from './read-examples.ts';

/** The operations that the emulator gives life to; what else the description speaks of is kept as it is written. */
export const machineLearningOperations = /^(Workspaces_(CreateOrUpdate|Update|Get|Delete|ListBy\w+)|Compute_(?!ListNodes)\w+|(Usages|Quotas|VirtualMachineSizes|Datastores|PrivateEndpointConnections)_\w+|Jobs_\w+|(Code|Environment|Model|Data|Component)(Containers|Versions)_(CreateOrUpdate|Get|List|Delete))$/;

const cluster = { location: 'eastus', properties: { description: 'nodes', computeType: 'AmlCompute', properties: { vmSize: 'Standard_DS3_v2', scaleSettings: { maxNodeCount: 4, minNodeCount: 1, nodeIdleTimeBeforeScaleDown: 'PT5M' } } } };
const readOnly = ['provisioningState', 'provisioningErrors', 'createdOn', 'modifiedOn', 'latestVersion', 'nextVersion', 'privateEndpointConnections', 'discoveryUrl', 'environmentType', 'isAttachedCompute', 'allocationState', 'nodeStateCounts', 'errors'];

/** Puts the emulator into the state that an example of machine learning speaks of. */
export async function arrangeMachineLearning(call: Call, exchange: ExampleExchange): Promise<void> {
  const { operationId, status, url, pathParameters } = exchange;
  const [kind = '', verb = ''] = operationId.split('_');
  const query = `?api-version=${new URL(url, 'http://localhost').searchParams.get('api-version') ?? ''}`;
  const path = url.split('?')[0] ?? '';
  if (kind === 'Workspaces') return await arrangeWorkspace(call, exchange, path, query);
  if (pathParameters['workspaceName'] === undefined) return;
  const workspace = path.split('/').slice(0, 9).join('/');
  await make(call, workspace, query, { location: 'eastus', properties: {} });
  if (kind === 'Compute') return await arrangeCompute(call, exchange, path, query);
  if (kind === 'Jobs' && verb !== 'List') return await arrangeJob(call, exchange, path, query);
  if (verb === 'List') {
    for (const each of (exchange.expected.body as { value: Json[] }).value) await call('PUT', `${path}/${encodeURIComponent(String(each['name']))}${query}`, asRequest(each));
    return;
  }
  await call('DELETE', path + query);
  if ((verb === 'CreateOrUpdate' && status === 201) || (verb === 'Delete' && status === 204)) return;
  const written = verb === 'CreateOrUpdate' ? exchange.body : verb === 'Get' ? asRequest(exchange.expected.body) : { properties: minimal[kind] ?? {} };
  const made = await call('PUT', path + query, written);
  if (made.status >= 300) throw new Error(`could not make ${path}: ${made.status} ${JSON.stringify(made.body)}`);
}

const minimal: Readonly<Record<string, Json>> = {
  DataVersions: { dataType: 'uri_file', dataUri: 'https://example.com/file' },
  Datastores: { datastoreType: 'AzureBlob', accountName: 'account', containerName: 'things', credentials: { credentialsType: 'AccountKey', secrets: { secretsType: 'AccountKey', key: 'a2V5' } } },
};

async function arrangeWorkspace(call: Call, { operationId, status, body, expected }: ExampleExchange, path: string, query: string): Promise<void> {
  const verb = operationId.split('_')[1];
  if (operationId.startsWith('Workspaces_List')) {
    for (const each of (expected.body as { value: Json[] }).value) await make(call, String(each['id']).replace(/^.*(?=\/subscriptions)/, ''), query, asRequest(each));
    return;
  }
  await forget(call, path, query);
  if ((verb === 'CreateOrUpdate' && status === 202) || (verb === 'Delete' && status === 204)) return;
  const written = verb === 'CreateOrUpdate' ? body : verb === 'Delete' || expected.body === undefined ? { location: 'westus' } : asRequest(expected.body);
  await make(call, path, query, written);
  const connections = (expected.body as { properties?: { privateEndpointConnections?: Json[] } } | undefined)?.properties?.privateEndpointConnections ?? [];
  for (const each of connections) await call('PUT', `${path}/privateEndpointConnections/${encodeURIComponent(String(each['name']))}${query}`, asRequest(each));
  if (verb === 'Delete' && status === 200) await call('DELETE', path + query);
  if (verb === 'Update' && status === 200) await call('PATCH', path + query, body);
}

async function arrangeCompute(call: Call, { operationId, status, body, expected }: ExampleExchange, path: string, query: string): Promise<void> {
  const verb = operationId.split('_')[1];
  if (verb === 'List') {
    for (const each of (expected.body as { value: Json[] }).value) {
      await forget(call, `${path}/${String(each['name'])}`, `${query}&underlyingResourceAction=Delete`);
      await call('PUT', `${path}/${String(each['name'])}${query}`, asRequest(each));
    }
    return;
  }
  const own = path.replace(/\/(listNodes|listKeys|start|stop|restart)$/, '');
  await forget(call, own, `${query}&underlyingResourceAction=Delete`);
  if ((verb === 'CreateOrUpdate' && status === 201) || (verb === 'Delete' && status === 204)) return;
  const written = verb === 'CreateOrUpdate' ? body : verb === 'Get' ? asRequest(expected.body) : verb === 'ListKeys' ? { location: 'eastus', properties: { computeType: (expected.body as Json)['computeType'] } } : verb === 'Start' || verb === 'Stop' || verb === 'Restart' ? { location: 'eastus', properties: { computeType: 'ComputeInstance' } } : cluster;
  await make(call, own, query, written);
  if (verb === 'Delete' && status === 200) await call('DELETE', `${own}${query}&underlyingResourceAction=Delete`);
  if (verb === 'ListNodes') await until(async () => ((await call('POST', path + query)).body as { nodes: unknown[] }).nodes.length > 0);
}

/** Its compute is nowhere, so that it ends soon by itself. */
async function arrangeJob(call: Call, { operationId, status, body, expected }: ExampleExchange, path: string, query: string): Promise<void> {
  const verb = operationId.split('_')[1];
  const own = path.replace(/\/cancel$/, '');
  const ended = (): Promise<void> =>
    until(async () => {
      const { properties } = (await call('GET', own + query)).body as { properties?: { status: string } };
      return properties === undefined || ['Completed', 'Failed', 'Canceled'].includes(properties.status);
    });
  await ended();
  await forget(call, own, query);
  if ((verb === 'CreateOrUpdate' && status === 201) || (verb === 'Delete' && status === 204)) return;
  const written = verb === 'CreateOrUpdate' ? body : verb === 'Get' ? asRequest(expected.body) : { properties: { jobType: 'Command', command: 'true', environmentId: 'none' } };
  const made = await call('PUT', own + query, written);
  if (made.status >= 300) throw new Error(`could not make ${own}: ${made.status} ${JSON.stringify(made.body)}`);
  if (verb === 'Delete' || (verb === 'Cancel' && status === 200)) await ended();
  if (verb === 'Delete' && status === 200) await call('DELETE', own + query);
}

async function make(call: Call, id: string, query: string, request: unknown): Promise<void> {
  const { status, body } = await call('PUT', id + query, request);
  if (status >= 300) throw new Error(`could not make ${id}: ${status} ${JSON.stringify(body)}`);
  await until(async () => {
    const { properties } = (await call('GET', id + query)).body as { properties: { provisioningState: string } };
    return ['Succeeded', 'Failed'].includes(properties.provisioningState);
  });
}

async function forget(call: Call, id: string, query: string): Promise<void> {
  await until(async () => (await call('DELETE', id + query)).status === 204);
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await done()) return;
    await sleep(25);
  }
  throw new Error('the emulator did not get there');
}

/** The request whose answer the example shows, without what only the service writes. */
function asRequest(answer: unknown): Json {
  const { location, tags, identity, sku, kind, properties } = structuredClone(answer) as Json & { properties: Json };
  for (const name of readOnly) {
    delete properties[name];
    delete (properties['properties'] as Json | null | undefined)?.[name];
  }
  return JSON.parse(JSON.stringify({ location, tags, identity, sku, kind, properties })) as Json;
}
