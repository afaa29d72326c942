import { ContainerInstanceManagementClient, type ContainerGroup } from '@azure/arm-containerinstance';
import { ClientSecretCredential } from '@azure/identity';
import { recordExchanges } from '../record/record-exchanges.ts';
import { startAzureEmulator, type AzureEmulator } from '../start-azure-emulator.ts';
import type { AzureEmulatorOptions } from '../settings.ts';

/** The SDK as everybody uses it, pointed at the emulator. */
export function clientOf(emulator: AzureEmulator): ContainerInstanceManagementClient {
  const tlsOptions = { ca: emulator.ca };
  const credential = new ClientSecretCredential(emulator.tenantId, emulator.clientId, emulator.clientSecret, { authorityHost: emulator.url, disableInstanceDiscovery: true, tlsOptions });
  return new ContainerInstanceManagementClient(credential, emulator.subscriptionId, { endpoint: emulator.url, tlsOptions });
}

export async function start(options: AzureEmulatorOptions = {}): Promise<AzureEmulator> {
  const emulator = await startAzureEmulator({ timeScale: 20, runner: 'process', ...recordExchanges(process.env['DESTINO_EXCHANGES']), ...options });
  await makeGroup(emulator, 'demo');
  return emulator;
}

/** A resource group, by a plain request. */
export async function makeGroup(emulator: AzureEmulator, name: string): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: emulator.clientId, client_secret: emulator.clientSecret, scope: 'x/.default' });
  const answer = await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  await fetch(`${emulator.httpUrl}/subscriptions/${emulator.subscriptionId}/resourceGroups/${name}?api-version=2021-04-01`, {
    method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ location: 'westeurope' }),
  });
}

export function groupOf(command: string, more: Partial<ContainerGroup> = {}): ContainerGroup {
  const container = { name: 'main', image: 'alpine:3', command: ['/bin/sh', '-c', command], resources: { requests: { cpu: 1, memoryInGB: 1 } } };
  return { location: 'westeurope', osType: 'Linux', restartPolicy: 'Never', containers: [container], ...more };
}

export async function until(client: ContainerInstanceManagementClient, name: string, done: (group: ContainerGroup & { instanceView?: { state?: string } }) => boolean): Promise<ContainerGroup & { instanceView?: { state?: string } }> {
  for (let look = 0; look < 600; look += 1) {
    const group = await client.containerGroups.get('demo', name);
    if (done(group)) return group;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the group ${name} did not get there`);
}

export const ended = (group: { instanceView?: { state?: string } }): boolean => ['Succeeded', 'Failed'].includes(group.instanceView?.state ?? '');
