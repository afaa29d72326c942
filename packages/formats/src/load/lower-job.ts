import type { Distribution, Environment, JobSpecInput } from '@destino/core/model';
import { shmBytes } from '../resource/amount.ts';
import { parseInstanceType } from '../resource/instance-type.ts';
import { redactValue } from '../secret/redact.ts';
import type { CommandJobFile } from '../schema/command-job.ts';
import type { ParsedJob } from './load-job.ts';

/** What is decided outside of the file before a job can be submitted. */
export type Decided = {
  name: string;
  /** The candidate of the environment plan that was taken. */
  environment: Environment;
  /** The code folder as a snapshot of the workspace. */
  snapshot?: string | undefined;
  inPlace?: string | undefined;
  baseVariables?: Record<string, string> | undefined;
};

/** A parsed job as core's job spec. Units become bytes and milliseconds; what the file leaves open stays open. */
export function lowerJob(job: ParsedJob, decided: Decided): JobSpecInput {
  const { value } = job;
  const { distribution, processesPerNode } = distributionOf(value.distribution);
  return {
    name: decided.name,
    command: job.command,
    ...(decided.snapshot !== undefined && { snapshot: decided.snapshot }),
    ...(decided.inPlace !== undefined && { inPlace: decided.inPlace }),
    environment: decided.environment,
    inputs: job.inputs,
    outputs: job.outputs,
    variables: job.variables,
    ...(decided.baseVariables !== undefined && { baseVariables: decided.baseVariables }),
    secrets: job.secrets,
    resources: { ...resourcesOf(value.resources), processesPerNode },
    ...(distribution !== undefined && { distribution }),
    ...(value.limits?.timeout !== undefined && { timeoutMs: value.limits.timeout * 1000 }),
    tags: value.tags ?? {},
    source: redactValue(value),
  };
}

function resourcesOf(resources: CommandJobFile['resources']): NonNullable<JobSpecInput['resources']> {
  const type = resources?.instance_type === undefined ? undefined : parseInstanceType(resources.instance_type);
  const shared = resources?.shm_size === undefined ? undefined : shmBytes(resources.shm_size);
  const { form: _form, ...wanted } = type === undefined || 'problem' in type ? { form: undefined } : type;
  return {
    nodes: resources?.instance_count ?? 1,
    ...wanted,
    ...(shared !== undefined && { shmBytes: shared }),
    properties: resources?.properties ?? {},
  };
}

function distributionOf(written: CommandJobFile['distribution']): { distribution: Distribution | undefined; processesPerNode: number } {
  switch (written?.type) {
    case undefined:
      return { distribution: undefined, processesPerNode: 1 };
    case 'pytorch':
    case 'mpi':
      return { distribution: { type: written.type }, processesPerNode: written.process_count_per_instance ?? 1 };
    case 'tensorflow': {
      const workers = written.worker_count === undefined ? {} : { workers: written.worker_count };
      return { distribution: { type: 'tensorflow', parameterServers: written.parameter_server_count ?? 0, ...workers }, processesPerNode: 1 };
    }
    case 'ray': {
      const { type, ...rest } = written;
      const options = Object.fromEntries(Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
      return { distribution: { type, options }, processesPerNode: 1 };
    }
  }
}
