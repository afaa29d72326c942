import { join } from 'node:path';
import type * as Emulator from '@destino/azure-emulator';
import { DestinoError } from '@destino/core/errors';
import { stateRoot } from '@destino/runtime';
import { exitCodes } from '../exit-code.ts';
import { flag, numberOption, textOption } from '../given.ts';
import type { CommandContext } from '../command-context.ts';
import type { Given, Run } from '../table/command.ts';

/** Runs the Azure emulator until it is told to end. */
export const run: Run = async (context, given) => {
  const { console, signals, variables } = context;
  const { faultPresetNames, faultPresets, startAzureEmulator } = await loadEmulator();
  const faults = faultPresetNames.find((name) => name === textOption(given, 'faults'));
  if (textOption(given, 'faults') !== undefined && faults === undefined) {
    throw new DestinoError('config-invalid', `there is no fault preset '${textOption(given, 'faults') ?? ''}'`, { hint: `one of: ${faultPresetNames.join(', ')}` });
  }
  const folder = flag(given, 'fresh') ? undefined : (textOption(given, 'state') ?? join(stateRoot(variables), 'azure-emulator'));
  const ended = new Promise<void>((done) => signals.handle(() => done()));
  await using emulator = await startAzureEmulator({ ...optionsOf(given), ...(folder !== undefined && { folder }), ...(faults !== undefined && { faults }) });
  tell(context, emulator, folder !== undefined);
  if (faults !== undefined) console.note(`faults: ${faults}: ${faultPresets[faults].text}`);
  await ended;
  console.note('ending');
  return exitCodes.done;
};

async function loadEmulator(): Promise<Pick<typeof Emulator, 'startAzureEmulator' | 'faultPresetNames' | 'faultPresets'>> {
  try {
    return await import('@destino/azure-emulator');
  } catch (cause) {
    throw new DestinoError('not-found', 'the Azure emulator is not installed', { hint: 'npm install --save-dev @destino/azure-emulator', cause });
  }
}

function optionsOf(given: Given): Emulator.AzureEmulatorOptions {
  const port = numberOption(given, 'port');
  const httpPort = numberOption(given, 'httpPort');
  const seed = numberOption(given, 'seed');
  const timeScale = numberOption(given, 'timeScale', 0.001);
  const runner = textOption(given, 'containers');
  return {
    ...(port !== undefined && { port }),
    ...(httpPort !== undefined && { httpPort }),
    ...(seed !== undefined && { seed }),
    ...(timeScale !== undefined && { timeScale }),
    ...((runner === 'docker' || runner === 'process') && { runner }),
  };
}

function tell({ console, variables }: CommandContext, emulator: Emulator.AzureEmulator, kept: boolean): void {
  const { url, httpUrl, caFile, tenantId, clientId, clientSecret, subscriptionId, containers, folder, reader, identity } = emulator;
  const storage = variables['AZURE_STORAGE_CONNECTION_STRING'] ?? null;
  if (console.json) {
    console.object({ schemaVersion: 1, url, httpUrl, caFile, tenantId, clientId, clientSecret, subscriptionId, storage, containers, folder, reader, identity });
    return;
  }
  console.line(`Azure emulator (this is not Azure) at ${url} and ${httpUrl}; loopback only; state in ${folder}${kept ? '' : ', gone when it ends'}`);
  console.line(containers === 'docker' ? 'containers run in Docker' : 'no Docker here: containers are processes of this machine, without isolation; mount paths are mapped into folders');
  console.line('');
  console.line('SDKs and Destino (environment variables):');
  for (const [name, value] of [['AZURE_TENANT_ID', tenantId], ['AZURE_CLIENT_ID', clientId], ['AZURE_CLIENT_SECRET', clientSecret], ['AZURE_AUTHORITY_HOST', url], ['NODE_EXTRA_CA_CERTS', caFile]]) {
    console.line(`  export ${name ?? ''}=${value ?? ''}`);
  }
  console.line(`  subscription ${subscriptionId}, endpoint ${url}`);
  console.line('');
  console.line('az:');
  console.line(`  export AZURE_CONFIG_DIR=$(mktemp -d) REQUESTS_CA_BUNDLE=${caFile} WEBSOCKET_CLIENT_CA_BUNDLE=${caFile}`);
  console.line(`  az cloud register -n emulator --endpoint-resource-manager ${url} --endpoint-management ${url} --endpoint-active-directory ${url}/adfs --endpoint-active-directory-resource-id ${url}/ --endpoint-active-directory-graph-resource-id ${url}/`);
  console.line(`  az cloud set -n emulator && az login --service-principal -u ${clientId} -p ${clientSecret} --tenant ${tenantId}`);
}
