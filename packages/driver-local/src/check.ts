import type { Want } from '@destino/core/driver';
import type { Input, JobSpec, Problem, Reason, TargetProbe } from '@destino/core/model';
import { reasonSchema } from '@destino/core/model';
import { admitsPython, isPlainVariable } from '@destino/helper';
import { z } from 'zod';
import type { LocalConfig } from './config.ts';
import { searchPath } from './interpreters.ts';
import { noPython } from './venv/choose-maker.ts';

export const noServices = 'the local driver runs jobs; it does not host services yet';
export const oneNode = 'this machine is one node';

function error(path: string, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', path, code, message, ...(hint !== undefined && { hint }) };
}

/** What this machine cannot do with a job, by the spec, the config and what the last probe saw. */
export function check(want: Want, config: LocalConfig, lastProbe?: TargetProbe): Problem[] {
  if ('service' in want) return [error('', 'services', noServices, 'deploy to another target')];
  const { job } = want;
  return [
    ...checkResources(job, config, lastProbe),
    ...checkEnvironment(job, lastProbe),
    ...Object.entries(job.inputs).flatMap(([name, input]) => checkInput(name, input)),
    ...checkOutputs(job),
    ...checkVariables(job),
  ];
}

function checkResources(job: JobSpec, config: LocalConfig, lastProbe?: TargetProbe): Problem[] {
  const { nodes, processesPerNode, cores, memoryBytes, gpus } = job.resources;
  const problems: Problem[] = [];
  if (nodes > 1) problems.push(error('resources.nodes', 'jobs.multi-node', `it wants ${nodes} nodes; ${oneNode}`, 'run it on a cluster, or with one instance'));
  if (processesPerNode > 1) {
    const fix = 'start the processes in the command, with torchrun or mpirun';
    problems.push(error('resources.processesPerNode', 'jobs.processes', `it wants ${processesPerNode} processes; the local driver starts one`, fix));
  }
  const has = z.object({ cores: z.number(), memoryBytes: z.number(), gpus: z.array(z.unknown()) }).partial().safeParse(lastProbe?.attributes ?? {}).data ?? {};
  const most = { cores: config.cores ?? has.cores, memoryBytes: config.memoryBytes ?? has.memoryBytes, gpus: config.gpus?.length ?? has.gpus?.length };
  const limit = (name: string, wanted: number | undefined, there: number | undefined): void => {
    if (wanted === undefined || there === undefined || wanted <= there) return;
    problems.push(error(`resources.${name}`, 'too-large', `it wants ${wanted} ${name}; jobs here may take ${there}`, 'ask for less, or run it on a larger target'));
  };
  limit('cores', cores, most.cores);
  limit('memoryBytes', memoryBytes, most.memoryBytes);
  limit('gpus', gpus, most.gpus);
  return problems;
}

function checkEnvironment({ environment, inPlace, baseVariables }: JobSpec, lastProbe?: TargetProbe): Problem[] {
  switch (environment.kind) {
    case 'host':
      return [];
    case 'image': {
      const missing = reasonSchema.safeParse(lastProbe?.missing['jobs.image']);
      if (missing.success) return [missingImage(missing.data)];
      return inPlace === undefined ? [] : [error('inPlace', 'in-place', 'a container works on a copy of the code', 'leave out --in-place, or run with --env host')];
    }
    case 'venv':
      return checkVenv(environment, baseVariables['PATH'], lastProbe);
    case 'conda':
    case 'build':
    case 'curated': {
      const message = `the local driver does not build environments of the kind '${environment.kind}'`;
      return [error('environment', `jobs.${environment.kind}`, message, 'use the interpreter that is here: --env host, or an image: --env image:REF')];
    }
    default:
      return environment satisfies never;
  }
}

/** The last probe looked at the system's own folders only: on a job's PATH with others it is a warning. */
function checkVenv({ python, relaxed }: Extract<JobSpec['environment'], { kind: 'venv' }>, path: string | undefined, lastProbe?: TargetProbe): Problem[] {
  const seen = z.object({ pythons: z.array(z.string()), environmentTools: z.array(z.string()) }).safeParse(lastProbe?.attributes ?? {});
  if (!seen.success || seen.data.environmentTools.length > 0) return [];
  const { pythons } = seen.data;
  if (pythons.length > 0 && (python === undefined || pythons.some((version) => admitsPython(python, version)))) return [];
  const elsewhere = (path ?? '').split(':').some((folder) => folder !== '' && !searchPath.split(':').includes(folder));
  const [message = '', hint] = noPython(python, pythons).split(/; (.*)/s);
  return [{ ...error('environment', 'jobs.venv', message, hint), ...(((relaxed === true && pythons.length > 0) || elsewhere) && { severity: 'warning' as const }) }];
}

function missingImage(reason: Reason): Problem {
  return error('environment', 'jobs.image', reason.text, reason.fix);
}

function checkInput(name: string, input: Input): Problem[] {
  if (input.type === 'literal' || input.mode === 'direct') return [];
  const path = `inputs.${name}`;
  const { source } = input;
  if (source.from === 'job') return [error(path, 'input-source', `the output of job ${source.job} is not here`, `destino job download ${source.job}`)];
  if (source.from !== 'uri' || /^(file|https?):/i.test(source.uri)) return [];
  return [error(path, 'input-source', `the local driver cannot fetch ${source.uri}`, 'give a local path, an https address, or mode: direct')];
}

function checkOutputs({ outputs }: JobSpec): Problem[] {
  return Object.entries(outputs).flatMap(([name, output]) => {
    if (output.uri === undefined || output.mode === 'direct' || output.uri.startsWith('file:')) return [];
    return [error(`outputs.${name}`, 'output-uri', `the local driver cannot write to ${output.uri}`, 'leave out the path: the output stays on this machine')];
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
