import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from './caller.ts';
import type { ExampleExchange, Json } from './read-examples.ts';

const version = '?api-version=2023-05-01';
const idleCommand = ['/bin/sh', '-c', 'echo log content; sleep 600'];

/** Puts the emulator into the state that a container instance example speaks of. */
export async function arrangeContainerGroup(call: Call, { operationId, status, body, pathParameters, expected, siblings }: ExampleExchange): Promise<void> {
  const { subscriptionId = '', resourceGroupName = 'demo', containerGroupName = 'demo1', containerName } = pathParameters;
  const idOf = (group: string, name: string): string => `/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;
  const own = idOf(resourceGroupName, containerGroupName);
  const [, verb] = operationId.split('_');
  if (subscriptionId === '') return;
  if (operationId.startsWith('SubnetServiceAssociationLink')) return await arrangeLink(call, pathParameters, status, own);
  await forget(call, own);
  if (verb === 'CreateOrUpdate') return status === 201 ? undefined : await make(call, own, body as Json);
  if (verb === 'Get' || verb === 'Update') return await make(call, own, asRequest(expected.body));
  if (verb === 'Delete' && status === 204) return;
  if (verb === 'Delete' && status === 202) return void (await call('PUT', own + version, minimal('demo1')));
  if (verb === 'Delete') return await make(call, own, asRequest(siblings['200']?.body));
  if (operationId.startsWith('ContainerGroups_List')) {
    for (const each of (expected.body as { value: Json[] }).value) {
      const [, , , , group = resourceGroupName, , , , name = containerGroupName] = String(each['id']).split('/');
      await call('PUT', `/subscriptions/${subscriptionId}/resourceGroups/${group}?api-version=2021-04-01`, { location: 'westus' });
      await forget(call, idOf(group, name));
      await make(call, idOf(group, name), asRequest(each));
    }
    return;
  }
  if (operationId.startsWith('Location') || operationId.startsWith('Operations')) return;
  await make(call, own, minimal(containerName ?? 'demo1'));
  if (verb === 'Start' && status === 202) await call('POST', `${own}/stop${version}`);
}

async function forget(call: Call, id: string): Promise<void> {
  await call('DELETE', id + version);
  await until(async () => (await call('GET', id + version)).status === 404);
}

async function make(call: Call, id: string, request: Json): Promise<void> {
  const { status, body } = await call('PUT', id + version, request);
  if (status >= 300) throw new Error(`could not make ${id}: ${status} ${JSON.stringify(body)}`);
  await until(async () => {
    const { properties } = (await call('GET', id + version)).body as { properties: { provisioningState: string } };
    return ['Succeeded', 'Failed'].includes(properties.provisioningState);
  });
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look += 1) {
    if (await done()) return;
    await sleep(25);
  }
  throw new Error('the emulator did not get there');
}

function minimal(container: string): Json {
  return { location: 'westus', properties: { osType: 'Linux', containers: [{ name: container, properties: { image: 'alpine', command: idleCommand, resources: { requests: { cpu: 1, memoryInGB: 1 } } } }] } };
}

/** The request whose answer the example shows: what only the service writes is taken out, what it hides put in. */
function asRequest(answer: unknown): Json {
  if (answer === undefined) return minimal('demo1');
  const { location, zones, tags, identity, properties } = structuredClone(answer) as Json & { properties: Json };
  const failed = properties['provisioningState'] === 'Failed';
  for (const name of ['provisioningState', 'instanceView']) delete properties[name];
  for (const { properties: own } of properties['containers'] as { properties: Json }[]) delete own['instanceView'];
  const address = properties['ipAddress'] as Json | undefined;
  for (const name of ['ip', 'fqdn']) delete address?.[name];
  const key = failed ? {} : { storageAccountKey: 'key' };
  const volumes = properties['volumes'] as Json[] | undefined;
  if (volumes !== undefined) properties['volumes'] = volumes.map((each) => ('azureFile' in each ? { ...each, azureFile: { ...(each['azureFile'] as Json), ...key } } : each));
  const registries = properties['imageRegistryCredentials'] as Json[] | undefined;
  if (registries !== undefined) properties['imageRegistryCredentials'] = registries.map((each) => ({ ...each, password: 'password' }));
  return JSON.parse(JSON.stringify({ location, zones, tags, identity, properties })) as Json;
}

/** A group in the subnet leaves a link there; 202 where it is still there, 200 where it has gone, 204 where none ever was. */
async function arrangeLink(call: Call, { subscriptionId = '', resourceGroupName = '', virtualNetworkName = '', subnetName = '' }: ExampleExchange['pathParameters'], status: number, group: string): Promise<void> {
  const subnet = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/Microsoft.Network/virtualNetworks/${virtualNetworkName}/subnets/${subnetName}`;
  const { location, properties } = minimal('demo1');
  await forget(call, group);
  await until(async () => (await call('DELETE', `${subnet}/providers/Microsoft.ContainerInstance/serviceAssociationLinks/default${version}`)).status === 204);
  if (status === 204) return;
  await make(call, group, { location, properties: { ...(properties as Json), subnetIds: [{ id: subnet }] } });
  if (status === 200) await forget(call, group);
}
