import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { ClientSecretCredential } from '@azure/identity';
import { start } from '../container-instance/groups.test.support.ts';
import type { AzureEmulatorOptions } from '../settings.ts';
import type { AzureEmulator } from '../start-azure-emulator.ts';

/** The SDK as everybody uses it, pointed at the emulator. */
export function mlClientOf(emulator: AzureEmulator): AzureMachineLearningWorkspaces {
  const tlsOptions = { ca: emulator.ca };
  const credential = new ClientSecretCredential(emulator.tenantId, emulator.clientId, emulator.clientSecret, { authorityHost: emulator.url, disableInstanceDiscovery: true, tlsOptions });
  return new AzureMachineLearningWorkspaces(credential, emulator.subscriptionId, { endpoint: emulator.url, tlsOptions });
}

/** An emulator, fast, with the workspace `work` in the group `demo`. */
export async function startWithWorkspace(options: AzureEmulatorOptions = {}): Promise<AzureEmulator> {
  const emulator = await start({ timeScale: 200, tokenLifetimeSeconds: 1_000_000, ...options });
  await mlClientOf(emulator).workspaces.beginCreateOrUpdate('demo', 'work', { location: 'westeurope' }); // it can be used at once
  return emulator;
}

export async function until(done: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 600; look += 1) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the emulator did not get there');
}
