import { capabilities, defineDriver, type AnyDriver, type ComputeTarget, type Driver, type DriverContext } from '@destino/core/driver';
import { checkWant } from './check.ts';
import { slurmConfigSchema, slurmJobSchema, type SlurmConfig } from './config.ts';
import { kind, slurmStateSchema, stateVersion } from './handle.ts';
import { slurmJobs } from './jobs.ts';
import { ownedJobs } from './owned.ts';
import { clusterNodes, probeCluster } from './probe.ts';
import { openShell, type Around } from './shell.ts';

export type SlurmDriverOptions = {
  /** Stands around every command on the login node. For tests. */
  around?: Around;
};

const noContainers = 'Slurm has no container engine of its own: load what the job needs by `setup`, or start apptainer in the command';

const able = capabilities(
  {
    jobs: true,
    'jobs.multi-node': true,
    'jobs.gpu': true,
    'jobs.secrets': true,
    'jobs.timeout': true,
    nodes: true,
    owned: true,
    'jobs.image': { unsupported: noContainers },
    'jobs.venv': { unsupported: 'the driver builds no environments on a cluster: name one that is there by `setup`, as `. ~/envs/torch/bin/activate`' },
  },
  'a Slurm cluster is simply there, and runs jobs only',
);

/** A driver of Slurm clusters. Plugins export `driver`; tests make one of their own. */
export function createSlurmDriver({ around = (_call, effect) => effect() }: SlurmDriverOptions = {}): Driver<SlurmConfig> {
  return defineDriver<SlurmConfig>({
    kind,
    capabilities: able,
    traits: { queue: 'target', once: 'guarded', reach: 'host', logs: 'exact', timeout: 'target', settleMs: 2000, batch: 500, callsPerSecond: 2 },
    configSchema: slurmConfigSchema,
    jobSchema: slurmJobSchema,
    stateSchema: slurmStateSchema,
    stateVersion,
    check: (want, config, lastProbe) => checkWant(want, config, able, lastProbe),
    open: (config, context) => openCluster(config, context, around),
  });
}

function openCluster(config: SlurmConfig, context: DriverContext, around: Around): ComputeTarget {
  const shell = openShell(config, around);
  return {
    probe: (options = {}) => probeCluster(shell, options),
    jobs: slurmJobs({ shell, config, context }),
    nodes: clusterNodes(shell),
    owned: ownedJobs({ shell, context }),
    [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
  };
}

export const driver: AnyDriver = createSlurmDriver();
