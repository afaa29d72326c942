import type { AzureEmulator } from '@destino/azure-emulator';

/** Makes a resource group, by plain requests. */
export async function makeResourceGroup(emulator: AzureEmulator, name: string): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: emulator.clientId, client_secret: emulator.clientSecret, scope: `${emulator.url}/.default` });
  const signIn = await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  const answer = await fetch(`${emulator.httpUrl}/subscriptions/${emulator.subscriptionId}/resourceGroups/${name}?api-version=2021-04-01`, {
    method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ location: 'westeurope' }),
  });
  if (!answer.ok) throw new Error(`could not make the resource group ${name}: ${answer.status}`);
}
