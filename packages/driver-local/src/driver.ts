import { capabilities, defineDriver, type ComputeTarget, type DriverContext } from '@destino/core/driver';
import { check, oneNode } from './check.ts';
import { localConfigSchema, localJobSchema, type LocalConfig } from './config.ts';
import { kind, localStateSchema, stateVersion } from './handle.ts';
import { localJobs } from './jobs.ts';
import { openLocalMachine } from './local-machine.ts';
import { told } from './map-error.ts';
import { noContainers } from './services/check-service.ts';
import { localServices } from './services/services.ts';
import { ownedFolders } from './owned.ts';
import { probeMachine } from './probe.ts';

/** This machine, as the account that opened it. */
export const driver = defineDriver<LocalConfig>({
  kind,
  capabilities: capabilities(
    {
      jobs: true,
      'jobs.gpu': true,
      'jobs.image': true,
      'jobs.venv': true,
      'jobs.secrets': true,
      'jobs.timeout': true,
      owned: true,
      'jobs.multi-node': { unsupported: oneNode },
      services: true,
      'services.script': true,
      'services.container': { unsupported: noContainers },
      'services.autoscale': true,
      'services.rolling': true,
      'services.invoke': { unsupported: 'its services speak HTTP on the loopback: connect to them' },
    },
    'this machine is simply here: there is nothing to create, attach, switch on or list',
  ),
  traits: { queue: 'target', once: 'guarded', reach: 'host', logs: 'exact', timeout: 'target', settleMs: 0, batch: 1000 },
  configSchema: localConfigSchema,
  jobSchema: localJobSchema,
  stateSchema: localStateSchema,
  stateVersion,
  check,
  open: openTarget,
});

function openTarget(config: LocalConfig, context: DriverContext): ComputeTarget {
  const here = openLocalMachine(config, context.clock, context.helper);
  return {
    probe: async (options = {}) => told('look at this machine', options, async () => await probeMachine(here, await here.prepare(), options)),
    jobs: localJobs(here, context),
    services: localServices(here, context),
    owned: ownedFolders(here, context.owner),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
