import { capabilities, defineDriver, type CallOptions, type ComputeTarget, type DriverContext } from '@destino/core/driver';
import { isDestinoError } from '@destino/core/errors';
import type { TargetProbe } from '@destino/core/model';
import { FarSide, LogReader, probeMachine, remoteJobs, remoteOwned, SshLink } from '@destino/ssh';
import { check, noServices, oneNode } from './check.ts';
import { sshConfigSchema, sshJobSchema, type SshConfig } from './config.ts';
import { kind, makeHandle, readHandle, sshStateSchema, stateVersion } from './handle.ts';

/** Any machine that an SSH server, a POSIX shell and tar are on. */
export const driver = defineDriver<SshConfig>({
  kind,
  capabilities: capabilities(
    {
      jobs: true,
      'jobs.gpu': true,
      'jobs.image': true,
      'jobs.venv': true,
      'jobs.secrets': true,
      'jobs.timeout': true,
      attach: true,
      owned: true,
      'jobs.multi-node': { unsupported: oneNode },
      services: { unsupported: noServices },
      'services.script': { unsupported: noServices },
      'services.container': { unsupported: noServices },
      'services.autoscale': { unsupported: noServices },
      'services.rolling': { unsupported: noServices },
      'services.invoke': { unsupported: noServices },
    },
    'the machine is somebody’s own: Destino neither makes nor switches it',
  ),
  traits: { queue: 'target', once: 'guarded', reach: 'anywhere', logs: 'exact', timeout: 'target', settleMs: 0, batch: 500 },
  configSchema: sshConfigSchema,
  jobSchema: sshJobSchema,
  stateSchema: sshStateSchema,
  stateVersion,
  check,
  open: openTarget,
});

function openTarget(config: SshConfig, context: DriverContext): ComputeTarget {
  const { workDir, maxJobs, cores, memoryBytes, gpus, resourceId: _id, ...connection } = config;
  const link = new SshLink(connection, context);
  const far = new FarSide(link, workDir);
  const logs = new LogReader(far, context.clock);
  return {
    probe: async (options = {}) => await probe(far, context, options),
    jobs: remoteJobs({ far, logs, context, limits: { cores, memoryBytes, gpus, maxJobs }, makeHandle, readHandle }),
    owned: remoteOwned(far, context.owner, makeHandle),
    attachment: {
      attach: async (options) => {
        const { root, bootId } = await far.hello(options.signal === undefined ? {} : { signal: options.signal });
        return { handle: makeHandle(config.host, { root, bootId }) };
      },
      // What the account has there is other workspaces' too, and goes job by job.
      detach: async (handle) => void readHandle(handle),
    },
    [Symbol.asyncDispose]: async () => {
      logs[Symbol.dispose]();
      await link[Symbol.asyncDispose]();
    },
  };
}

/** That a machine cannot be reached is what a probe finds out, not a failure of it. */
async function probe(far: FarSide, { clock }: DriverContext, options: CallOptions): Promise<TargetProbe> {
  try {
    return await probeMachine(far, clock, options);
  } catch (error) {
    if (!isDestinoError(error) || error.code === 'aborted') throw error;
    const text = error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
    return { health: error.code === 'unavailable' ? 'undetected' : 'unhealthy', text, attributes: {}, missing: {} };
  }
}
