import type { Want } from '@destino/core/driver';
import { capabilityProblems, type Capabilities } from '@destino/core/driver';
import type { Input, JobSpec, Problem, TargetProbe } from '@destino/core/model';
import { isPlainVariable } from '@destino/helper';
import { z } from 'zod';
import { slurmJobSchema, type SlurmConfig } from './config.ts';
import { slurmOptionsOf } from './sbatch-options.ts';

/** A cursor tells two numbers for each process, and has 4 KiB. */
const mostProcesses = 128;

function error(path: string, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', path, code, message, ...(hint !== undefined && { hint }) };
}

export function checkWant(want: Want, config: SlurmConfig, able: Capabilities, lastProbe?: TargetProbe): Problem[] {
  const problems = capabilityProblems(want, able, lastProbe);
  if (!('job' in want)) return problems;
  const { job } = want;
  return [
    ...problems,
    ...checkOptions(job, config, lastProbe),
    ...checkShape(job),
    ...checkEnvironment(job),
    ...Object.entries(job.inputs).flatMap(([name, input]) => checkInput(name, input, config)),
    ...checkOutputs(job, config),
    ...checkVariables(job),
  ];
}

const partitionsSchema = z.object({ partitions: z.array(z.object({ name: z.string() })) });

function checkOptions(job: JobSpec, config: SlurmConfig, lastProbe?: TargetProbe): Problem[] {
  const given = slurmJobSchema.safeParse(job.resources.properties['slurm'] ?? {});
  if (!given.success) return given.error.issues.map(({ path, message }) => error(['resources.properties.slurm', ...path.map(String)].join('.'), 'slurm-options', message));
  const known = partitionsSchema.safeParse(lastProbe?.attributes ?? {}).data?.partitions.map(({ name }) => name);
  const wanted = slurmOptionsOf(job, config).partition?.split(',') ?? [];
  return wanted
    .filter((name) => known !== undefined && !known.includes(name))
    .map((name) => error('resources.properties.slurm.partition', 'no-partition', `the cluster has no partition '${name}'`, `it has ${known?.join(', ')}`));
}

function checkShape({ resources: { nodes, processesPerNode }, distribution }: JobSpec): Problem[] {
  const problems: Problem[] = [];
  if (nodes * processesPerNode > mostProcesses) {
    problems.push(error('resources', 'too-many-processes', `it wants ${nodes * processesPerNode} processes; the driver starts at most ${mostProcesses}`, 'start one process a node, and the others in the command: torchrun, mpirun, srun'));
  }
  if (distribution?.type === 'tensorflow' || distribution?.type === 'ray') {
    problems.push(error('distribution', 'distribution', `the driver does not arrange '${distribution.type}' clusters`, 'use pytorch or mpi, or arrange it in the command from SLURM_JOB_NODELIST'));
  }
  return problems;
}

function checkEnvironment({ environment: { kind }, inPlace }: JobSpec): Problem[] {
  if (inPlace !== undefined) return [error('inPlace', 'in-place', 'jobs run on a copy of the code in the shared folder', 'leave out --in-place')];
  return kind === 'curated' ? [error('environment', 'jobs.curated', 'the driver does not know curated environments', 'load what the job needs by `setup`, and run with --env host')] : [];
}

function checkInput(name: string, input: Input, { host }: SlurmConfig): Problem[] {
  if (input.type === 'literal') return [];
  const path = `inputs.${name}`;
  const { source } = input;
  if (source.from === 'job') return [error(path, 'input-source', `the output of job ${source.job} is not on the cluster`, `destino job download ${source.job}`)];
  if (source.from === 'path' && host !== undefined) return [error(path, 'input-source', `${source.path} is a path of this machine, not of ${host}`, 'name a path of the cluster as file:///PATH')];
  if (source.from === 'uri' && !source.uri.startsWith('file:') && input.mode !== 'direct') {
    return [error(path, 'input-source', `the driver does not fetch ${source.uri}`, 'nodes often have no way out: fetch it in the command with mode: direct, or give files')];
  }
  return [];
}

function checkOutputs({ outputs }: JobSpec, { host }: SlurmConfig): Problem[] {
  return Object.entries(outputs).flatMap(([name, { uri, mode }]) => {
    if (uri === undefined || uri.startsWith('file:') || mode === 'direct') return [];
    return [error(`outputs.${name}`, 'output-uri', `the driver cannot write to ${uri}`, `leave out the path: the output stays ${host === undefined ? 'in the shared folder' : `on ${host}`}`)];
  });
}

function checkVariables(job: JobSpec): Problem[] {
  const secrets = Object.keys(job.secrets).filter((name) => !isPlainVariable(name));
  return secrets.map((name) => error(`secrets.${name}`, 'secret-name', `a secret cannot be given to the job as '${name}'`, 'name it with letters, digits and underscores'));
}
