import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as Emulator from '@destino/azure-emulator';
import type { AzureEmulator, AzureEmulatorOptions } from '@destino/azure-emulator';
import { createFolderStaging, createMemoryBlobStore } from '@destino/core/blob';
import type { Clock, DriverContext } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { snapshotTar } from '@destino/core/snapshot';
import type { ConformanceFactory, ConformanceKit, ConformancePart } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { driver } from './driver.ts';
import { makeHandle } from './handle.ts';

export { driver } from './driver.ts';

/** Ten times as fast as real time, so that what takes a minute to settle takes six seconds. */
const speed = 10;
const quickClock: Clock = {
  monotonicMs: () => performance.now() * speed,
  wallMs: () => performance.timeOrigin + performance.now() * speed,
  sleep: async (ms, options = {}) => {
    await sleep(ms / speed, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch((error: unknown) => {
      throw new DestinoError('aborted', 'the sleep was stopped', { cause: error });
    });
  },
};
const free = { most: 1e9, perSecond: 1e9 };
const group = 'jobs';

/** Tries the driver on the emulator of Azure, whose containers are processes of this machine. */
export const conformance: ConformanceFactory = async (kit) => await onEmulator(kit);

/** The same on an emulator with further options, such as one that keeps a record. */
export async function onEmulator({ createSubject }: ConformanceKit, options: AzureEmulatorOptions = {}): Promise<ConformancePart> {
  const { startAzureEmulator } = await loadEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'destino-aci-'));
  const emulator = await startAzureEmulator({ timeScale: 20, runner: 'process', limits: { reads: free, writes: free, deletes: free }, containerInstances: { quota: { cores: 1000, groups: 1000 } }, ...options });
  await makeGroup(emulator);
  const staging = stagingIn(join(folder, 'staging'));
  return {
    part: `the Azure emulator of this process at ${emulator.url}`,
    subject: createSubject({
      driver,
      config: configFor(emulator),
      secrets: { sp: emulator.clientSecret },
      surroundings: () => ({ staging, helper: { ...helperScript(), image: () => undefined } }),
      clock: quickClock,
      pollMs: 500,
      patienceMs: 600_000,
      unknownHandle: makeHandle,
      dispose: async () => {
        await emulator[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      },
    }),
  };
}

function configFor({ url, caFile, subscriptionId, tenantId, clientId }: AzureEmulator) {
  return {
    subscription_id: subscriptionId,
    resource_group: group,
    location: 'westeurope',
    push_seconds: 1,
    cloud: { endpoint: url, ca_file: caFile },
    sign_in: { tenant_id: tenantId, client_id: clientId, client_secret: { secret: 'sp' } },
  };
}

function stagingIn(folder: string): NonNullable<DriverContext['staging']> {
  const source = createMemoryBlobStore();
  return createFolderStaging(folder, { source, tarOf: (snapshot, options) => snapshotTar(source, snapshot, options) });
}

async function loadEmulator(): Promise<typeof Emulator> {
  try {
    return await import('@destino/azure-emulator');
  } catch (cause) {
    throw new DestinoError('not-found', 'the Azure emulator, on which the driver is tried, is not installed', { hint: 'npm install --save-dev @destino/azure-emulator, or name a target of yours with --target', cause });
  }
}

/** The resource group of the config, by plain requests. */
async function makeGroup(emulator: AzureEmulator): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: emulator.clientId, client_secret: emulator.clientSecret, scope: `${emulator.url}/.default` });
  const signIn = await fetch(`${emulator.httpUrl}/${emulator.tenantId}/oauth2/v2.0/token`, { method: 'POST', body: form });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  const answer = await fetch(`${emulator.httpUrl}/subscriptions/${emulator.subscriptionId}/resourceGroups/${group}?api-version=2021-04-01`, {
    method: 'PUT', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ location: 'westeurope' }),
  });
  if (!answer.ok) throw new DestinoError('unavailable', `the emulator made no resource group: ${answer.status}`);
}
