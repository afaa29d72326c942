import { capabilityProblems, type Capabilities, type Want } from '@destino/core/driver';
import type { JobSpec, Problem, TargetProbe } from '@destino/core/model';
import { isPlainVariable } from '@destino/helper';
import type { AciConfig } from './config.ts';

const gigabyte = 1_000_000_000;
const most = { cores: 4, memoryBytes: 16 * gigabyte } as const;

function error(path: string, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', path, code, message, ...(hint !== undefined && { hint }) };
}

/** The limits of container groups, said before anything is sent. */
export function checkAci(capabilities: Capabilities, want: Want, config: AciConfig, lastProbe?: TargetProbe): Problem[] {
  const problems = capabilityProblems(want, capabilities, lastProbe);
  return 'job' in want ? [...problems, ...checkJob(want.job, config)] : problems;
}

function checkJob(job: JobSpec, config: AciConfig): Problem[] {
  const problems: Problem[] = [];
  const { cores, memoryBytes, processesPerNode } = job.resources;
  if ((cores ?? 0) > most.cores) problems.push(error('resources.cores', 'too-large', `it wants ${cores} cores; a container group has at most ${most.cores}`, 'ask for less, or run it on a cluster'));
  if ((memoryBytes ?? 0) > most.memoryBytes) problems.push(error('resources.memoryBytes', 'too-large', `it wants ${(memoryBytes ?? 0) / gigabyte} GB; a container group has at most 16`, 'ask for less, or run it on a cluster'));
  if (processesPerNode > 1) problems.push(error('resources.processesPerNode', 'jobs.processes', `it wants ${processesPerNode} processes; the aci driver starts one`, 'start the processes in the command, with torchrun or mpirun'));
  if (job.inPlace !== undefined) problems.push(error('inPlace', 'in-place', 'a container group works on a copy of the code', 'leave out --in-place'));
  if (job.environment.kind !== 'image' && job.environment.kind !== 'host') problems.push(error('environment', `jobs.${job.environment.kind}`, `the aci driver runs images; it does not build environments of the kind '${job.environment.kind}'`, 'name an image: --env image:REF'));
  if (job.checkpoint?.restore !== undefined) problems.push(error('checkpoint', 'checkpoint', 'a container group does not take up checkpoints of earlier attempts', 'run it on a target that does, or without retries'));
  if (job.environment.kind === 'host') problems.push({ severity: 'warning', path: 'environment', code: 'image', message: `it names no image: ${config.image} is used` });
  for (const name of Object.keys(job.secrets)) {
    if (!isPlainVariable(name)) problems.push(error(`secrets.${name}`, 'variable-name', `a secret cannot be handed over under the name ${name}`, 'use letters, digits and underscores'));
  }
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.type === 'literal') continue;
    if (input.source.from === 'path') problems.push(error(`inputs.${name}`, 'input-path', 'a container in Azure cannot see this path', 'give a folder below the job file, or an https address'));
    if (input.source.from === 'uri' && input.mode !== 'direct' && !/^https?:/i.test(input.source.uri)) problems.push(error(`inputs.${name}`, 'input-uri', `the container cannot fetch ${input.source.uri}`, 'use an https address, with a SAS where it is private'));
  }
  for (const [name, { uri }] of Object.entries(job.outputs)) {
    if (uri !== undefined) problems.push(error(`outputs.${name}`, 'output-uri', 'outputs go to the storage of the workspace', 'leave out path, and download it afterwards'));
  }
  return problems;
}
