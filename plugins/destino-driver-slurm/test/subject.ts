import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Clock, ComputeTarget, Driver } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, newKey, type JobSpec, type JobSpecInput, type Owner } from '@destino/core/model';
import { createTestContext, shellCommand, type ConformanceSubject, type JobProgramme, type TestContext } from '@destino/driver-testkit';
import { helperScript } from '@destino/helper';
import { slurmConfigSchema, type SlurmConfig } from '../src/config.ts';

export const realClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => performance.timeOrigin + performance.now(),
  sleep: async (ms, options) => {
    await setTimeout(ms, undefined, options?.signal === undefined ? {} : { signal: options.signal }).catch((error: unknown) => {
      throw new DestinoError('aborted', 'the sleep was stopped', { cause: error });
    });
  },
};

export function freshKey(): string {
  return newKey((size) => new Uint8Array(randomBytes(size)));
}

const owner = { workspace: 'conformance', incarnation: 'one' };
const plantedSecrets = { planted: 'value-that-nobody-may-see' };

/** A job as small as a node's share of the test bed allows: several fit at a time. */
export function trialJob(command: string, rest: Partial<JobSpecInput> = {}): JobSpec {
  return jobSpecSchema.parse({ name: 'trial', command: [command], graceMs: 1000, ...rest, resources: { memoryBytes: 100_000_000, ...rest.resources } });
}

function makeJob(programme: JobProgramme): JobSpec {
  const nodes = programme.does === 'gang' ? programme.nodes : 1;
  const secrets = programme.does === 'reads-secret' ? { PLANTED: { secret: programme.secret } } : {};
  return trialJob(shellCommand(programme), { name: `conformance-${programme.does}`, secrets, resources: { nodes } });
}

export interface Subject extends ConformanceSubject {
  readonly folder: string;
  readonly contexts: TestContext[];
  openTarget(as?: Owner): ComputeTarget;
}

/** The driver on a cluster, in a folder of its own there, as the conformance checks want it. */
export function slurmSubject(driver: Driver<SlurmConfig>, more: Partial<SlurmConfig> & { slurmConf: string }): Subject {
  const home = mkdtempSync(join(tmpdir(), 'destino slurm '));
  chmodSync(home, 0o755);
  const folder = join(home, 'shared');
  const config = slurmConfigSchema.parse({ folder, ...more });
  const contexts: TestContext[] = [];
  const openTarget = (as = owner): ComputeTarget => {
    const context = createTestContext({ clock: realClock, owner: as, secrets: plantedSecrets, workDir: join(home, 'work'), helper: { ...helperScript(), image: () => undefined } });
    contexts.push(context);
    return driver.open(config, context);
  };
  return {
    driver,
    config,
    owner,
    clock: realClock,
    plantedSecrets,
    patienceMs: 60_000,
    pollMs: 200,
    newKey: freshKey,
    open: (options) => openTarget(options?.owner),
    openTarget,
    contexts,
    folder,
    makeJob,
    unknownHandle: () => ({ kind: 'slurm', stateVersion: 1, id: '4000000', state: { key: freshKey(), nodes: 1, processesPerNode: 1 } }),
    loggedText: () => JSON.stringify(contexts.map((context) => context.lines)),
    dispose: async () => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }),
  };
}
