import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordExchanges, startAzureEmulator } from '@destino/azure-emulator';
import { createFolderStaging, createMemoryBlobStore } from '@destino/core/blob';
import type { Clock } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey } from '@destino/core/model';
import { snapshotTar } from '@destino/core/snapshot';
import { createTestContext, shellCommand, type ConformanceSubject, type TestContext } from '@destino/driver-testkit';
import { describeConformance } from '@destino/driver-testkit/vitest';
import { helperScript } from '@destino/helper';
import { aciConfigSchema, driver } from '@destino/driver-aci';
import { makeResourceGroup } from './resource-group.ts';

const folder = mkdtempSync(join(tmpdir(), 'destino-aci-'));
const free = { most: 1e9, perSecond: 1e9 };
const emulator = await startAzureEmulator({ timeScale: 20, runner: 'process', limits: { reads: free, writes: free, deletes: free }, containerInstances: { quota: { cores: 1000, groups: 1000 } }, ...recordExchanges(process.env['DESTINO_EXCHANGES']) });
await makeResourceGroup(emulator, 'jobs');

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
const source = createMemoryBlobStore();
const staging = createFolderStaging(join(folder, 'staging'), { source, tarOf: (snapshot, options) => snapshotTar(source, snapshot, options) });
const plantedSecrets = { planted: 'value-that-nobody-may-see', sp: emulator.clientSecret };
const owner = { workspace: 'conformance', incarnation: 'one' };
const contexts: TestContext[] = [];
const freshKey = (): string => newKey((size) => new Uint8Array(randomBytes(size)));
const config = aciConfigSchema.parse({
  subscription_id: emulator.subscriptionId,
  resource_group: 'jobs',
  location: 'westeurope',
  push_seconds: 1,
  cloud: { endpoint: emulator.url, ca_file: emulator.caFile },
  sign_in: { tenant_id: emulator.tenantId, client_id: emulator.clientId, client_secret: { secret: 'sp' } },
});

const subject: ConformanceSubject = {
  driver,
  config,
  owner,
  clock: quickClock,
  plantedSecrets,
  pollMs: 500,
  patienceMs: 600_000,
  newKey: freshKey,
  open: (options = {}) => {
    const context = createTestContext({ clock: quickClock, owner: options.owner ?? owner, secrets: plantedSecrets, staging, helper: { ...helperScript(), image: () => undefined } });
    contexts.push(context);
    return driver.open(config, context);
  },
  makeJob: (programme) =>
    jobSpecSchema.parse({
      name: `conformance-${programme.does}`,
      command: [shellCommand(programme)],
      ...(programme.does === 'reads-secret' && { secrets: { PLANTED: { secret: programme.secret } } }),
    }),
  unknownHandle: () => {
    const key = freshKey();
    return { kind: 'aci', stateVersion: 1, id: `destino-${key}`, state: { key } };
  },
  loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
  dispose: async () => {
    await emulator[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  },
};

describeConformance(subject);
