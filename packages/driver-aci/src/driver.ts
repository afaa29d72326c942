import { capabilities, defineDriver, type ComputeTarget, type DriverContext } from '@destino/core/driver';
import { checkAci } from './check.ts';
import { aciConfigSchema, type AciConfig } from './config.ts';
import { aciStateSchema, kind, stateVersion } from './handle.ts';
import { aciJobs } from './jobs.ts';
import { ownedGroups } from './owned.ts';
import { probeRegion } from './probe.ts';
import { openSession } from './session.ts';

const noServices = 'the aci driver runs jobs; it does not deploy services yet';

const can = capabilities(
  {
    jobs: true,
    'jobs.image': true,
    'jobs.secrets': true,
    'jobs.timeout': true,
    owned: true,
    'jobs.multi-node': { unsupported: 'container groups do not see each other: one node a job' },
    'jobs.gpu': { unsupported: 'Azure has retired graphics processors in container instances' },
    'jobs.venv': { unsupported: 'a container group runs an image: name one, with --env image:REF' },
    services: { unsupported: noServices },
    'services.script': { unsupported: noServices },
    'services.container': { unsupported: noServices },
    'services.autoscale': { unsupported: 'a container group is one copy' },
    'services.rolling': { unsupported: noServices },
    'services.invoke': { unsupported: noServices },
  },
  'container groups are made for each job and deleted with it: there is nothing to create, attach, switch on or list',
);

/** Azure Container Instances. */
export const driver = defineDriver<AciConfig>({
  kind,
  capabilities: can,
  traits: { queue: 'target', once: 'guarded', reach: 'anywhere', logs: 'exact', timeout: 'target', settleMs: 60_000, batch: 50, callsPerSecond: 20 },
  configSchema: aciConfigSchema,
  stateSchema: aciStateSchema,
  stateVersion,
  check: (want, config, lastProbe) => checkAci(can, want, config, lastProbe),
  open: openTarget,
});

function openTarget(config: AciConfig, context: DriverContext): ComputeTarget {
  const session = openSession(config, context);
  return {
    probe: (options) => probeRegion(session, options),
    jobs: aciJobs(session),
    owned: ownedGroups(session),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
