import type { Want } from '@destino/core/driver';
import { reasonSchema, type Input, type JobSpec, type Problem, type TargetProbe } from '@destino/core/model';
import { admitsPython, isPlainVariable } from '@destino/helper';
import { z } from 'zod';
import type { SshConfig } from './config.ts';

export const noServices = 'the ssh driver runs jobs; it does not host services yet';
export const oneNode = 'the machine is one node';

function error(path: string, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', path, code, message, ...(hint !== undefined && { hint }) };
}

/** What the machine cannot do with a job, by the spec, the config and what the last probe saw. */
export function check(want: Want, config: SshConfig, lastProbe?: TargetProbe): Problem[] {
  if ('service' in want) return [error('', 'services', noServices, 'deploy to another target')];
  const { job } = want;
  return [
    ...checkResources(job, config, lastProbe),
    ...checkEnvironment(job, lastProbe),
    ...Object.entries(job.inputs).flatMap(([name, input]) => checkInput(name, input)),
    ...checkOutputs(job),
    ...checkVariables(job),
    ...(job.inPlace === undefined ? [] : [error('inPlace', 'in-place', 'the folder is not on the machine: --in-place is for this machine only', 'leave out --in-place')]),
  ];
}

function checkResources(job: JobSpec, config: SshConfig, lastProbe?: TargetProbe): Problem[] {
  const { nodes, processesPerNode, cores, memoryBytes, gpus } = job.resources;
  const problems: Problem[] = [];
  if (nodes > 1) problems.push(error('resources.nodes', 'jobs.multi-node', `it wants ${nodes} nodes; ${oneNode}`, 'run it on a cluster, or with one instance'));
  if (processesPerNode > 1) {
    problems.push(error('resources.processesPerNode', 'jobs.processes', `it wants ${processesPerNode} processes; the ssh driver starts one`, 'start the processes in the command, with torchrun or mpirun'));
  }
  const has = z.object({ cores: z.number(), memoryBytes: z.number(), gpus: z.array(z.unknown()) }).partial().safeParse(lastProbe?.attributes ?? {}).data ?? {};
  const most = { cores: config.cores ?? has.cores, memoryBytes: config.memoryBytes ?? has.memoryBytes, gpus: config.gpus?.length ?? has.gpus?.length };
  const limit = (name: string, wanted: number | undefined, there: number | undefined): void => {
    if (wanted === undefined || there === undefined || wanted <= there) return;
    problems.push(error(`resources.${name}`, 'too-large', `it wants ${wanted} ${name}; jobs on the machine may take ${there}`, 'ask for less, or run it on a larger target'));
  };
  limit('cores', cores, most.cores);
  limit('memoryBytes', memoryBytes, most.memoryBytes);
  limit('gpus', gpus, most.gpus);
  return problems;
}

function checkEnvironment({ environment }: JobSpec, lastProbe?: TargetProbe): Problem[] {
  const missing = reasonSchema.safeParse(lastProbe?.missing[environment.kind === 'image' ? 'jobs.image' : 'jobs.venv']).data;
  switch (environment.kind) {
    case 'host':
      return [];
    case 'image':
      return missing === undefined ? [] : [error('environment', 'jobs.image', missing.text, missing.fix)];
    case 'venv':
      return missing === undefined ? checkPython(environment, lastProbe) : [error('environment', 'jobs.venv', missing.text, missing.fix)];
    case 'conda':
    case 'build':
    case 'curated':
      return [error('environment', `jobs.${environment.kind}`, `the ssh driver does not build environments of the kind '${environment.kind}'`, "use the machine's own interpreter: --env host, or an image: --env image:REF")];
    default:
      return environment satisfies never;
  }
}

function checkPython({ python, relaxed }: Extract<JobSpec['environment'], { kind: 'venv' }>, lastProbe?: TargetProbe): Problem[] {
  const seen = z.object({ pythons: z.array(z.string()), environmentTools: z.array(z.string()) }).safeParse(lastProbe?.attributes ?? {});
  if (!seen.success || seen.data.environmentTools.length > 0 || python === undefined || seen.data.pythons.some((version) => admitsPython(python, version))) return [];
  const hint = `install it there, or uv, which brings any; or accept ${seen.data.pythons[0] ?? 'another'}: --env-relaxed`;
  const problem = error('environment', 'jobs.venv', `it wants Python ${python}, and the machine has ${seen.data.pythons.join(', ')}`, hint);
  return [relaxed === true ? { ...problem, severity: 'warning' } : problem];
}

function checkInput(name: string, input: Input): Problem[] {
  const path = `inputs.${name}`;
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return [error(path, 'input-name', `'${name}' cannot be the name of a folder on the machine`, 'name it with letters, digits, dots, dashes and underscores')];
  if (input.type === 'literal' || input.mode === 'direct') return [];
  const { source } = input;
  if (source.from === 'job') return [error(path, 'input-source', `the output of job ${source.job} is not here`, `destino job download ${source.job}`)];
  if (source.from !== 'uri' || /^https?:/i.test(source.uri)) return [];
  return [error(path, 'input-source', `the ssh driver cannot fetch ${source.uri}`, 'give a local path, an https address, or mode: direct')];
}

function checkOutputs({ outputs }: JobSpec): Problem[] {
  return Object.entries(outputs).flatMap(([name, output]) => {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return [error(`outputs.${name}`, 'output-name', `'${name}' cannot be the name of a folder on the machine`, 'name it with letters, digits, dots, dashes and underscores')];
    if (output.uri === undefined || output.mode === 'direct') return [];
    return [error(`outputs.${name}`, 'output-uri', `the ssh driver cannot write to ${output.uri}`, 'leave out the path: the output stays on the machine, and destino job download brings it')];
  });
}

function checkVariables(job: JobSpec): Problem[] {
  const problems = Object.keys(job.secrets)
    .filter((name) => !isPlainVariable(name))
    .map((name) => error(`secrets.${name}`, 'secret-name', `a secret cannot be given to the job as '${name}'`, 'name it with letters, digits and underscores'));
  for (const [name, value] of Object.entries(job.variables)) {
    const bad = name === '' || name.includes('=') || name.includes('\0') || value.includes('\0');
    if (bad) problems.push(error(`variables.${name}`, 'variable-name', `no process can have a variable '${name}' with this value`, 'variables hold no NUL, and names no equals sign'));
  }
  return problems;
}
