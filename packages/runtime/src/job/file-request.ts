import { basename, dirname, resolve } from 'node:path';
import type { Engine, JobRequestInput } from '@destino/core';
import { DestinoError } from '@destino/core/errors';
import { jobSpecSchema, type Environment, type JobSpecInput } from '@destino/core/model';
import { checkFates, isFine, loadJobFile, lowerJob, planEnvironment, type Candidate, type ForcedEnvironment, type FormatProblem, type ParsedJob } from '@destino/formats';
import type { DriverRegistry } from '../drivers/driver-registry.ts';
import { fileRefused, resolveTargets, type Settings } from '../workspace/settings.ts';
import { baseVariables } from './base-variables.ts';
import type { RequestParts, Resolved } from './command-request.ts';
import { candidateProblems } from './choose-environment.ts';
import { takeSnapshot } from './take-snapshot.ts';

/** A job file, with what the command line says beside it. */
export type FileRun = {
  file: string;
  /** In order of preference. Default: the file's, else the workspace's. */
  targets?: readonly string[];
  set?: readonly string[];
  inputs?: Readonly<Record<string, string>>;
  variables?: Readonly<Record<string, string>>;
  environment?: ForcedEnvironment;
  /** Packages and a Python that cannot be had are warnings. */
  environmentRelaxed?: boolean;
  inPlace?: boolean;
};

export type FileParts = RequestParts & { engine: Engine; drivers: DriverRegistry; settings: Settings; secretNames: readonly string[] };

/**
 * Reads a job file and decides what it leaves open: target, environment, snapshot. @throws `config-invalid` with all
 * problems in `details`, `not-found` for a target that is not there.
 */
export async function fileRequest(run: FileRun, name: string, parts: FileParts): Promise<Resolved> {
  const { job, problems } = await readJobFile(run, parts);
  const targets = resolveTargets(run.targets ?? (job.target === undefined ? parts.defaultTargets : [job.target]), parts.settings.aliases);
  const notes = problems.map(problemLine);
  const usable = await judgeTargets(job, targets, parts, notes);
  const place = await codePlace(run, job, parts);
  const base = { name, baseVariables: baseVariables(parts.variables), ...place.decided };
  const { candidate, environment, instead } = await chooseCandidate(run, job, usable, base, parts);
  if (job.value.environment !== undefined) notes.push(`environment: ${candidate.words}`, ...instead.map((why) => `  not ${why}`));
  const spec = lowerJob(job, { ...base, environment });
  return { request: requestOf(run, job, usable, spec), notes: [...notes, ...candidate.problems.map(problemLine), ...place.notes] };
}

/** A job file without errors. */
export async function readJobFile(run: FileRun, parts: { secretNames: readonly string[] }): Promise<{ job: ParsedJob; problems: FormatProblem[] }> {
  const { job, problems } = await loadJobFile(run.file, {
    set: run.set ?? [],
    inputs: run.inputs ?? {},
    variables: run.variables ?? {},
    currentFolder: process.cwd(),
  });
  if (job === undefined) throw fileRefused(run.file, problems);
  const missing = Object.values(job.secrets).map(({ secret }) => secret).filter((secret) => !secret.includes(':') && !parts.secretNames.includes(secret));
  if (missing.length > 0) {
    throw new DestinoError('config-invalid', `${run.file}: the workspace has no secret ${missing.join(', ')}`, { scope: run.file, hint: missing.map((secret) => `destino secret set ${secret}`).join('; ') });
  }
  return { job, problems };
}

/** Targets that can take the file as it is, those that refuse it left out. @throws when none is left. */
async function judgeTargets(job: ParsedJob, targets: readonly string[], { engine }: FileParts, notes: string[]): Promise<string[]> {
  const usable: string[] = [];
  const refusals: FormatProblem[] = [];
  for (const name of targets) {
    const { kind } = await engine.targets.get(name);
    const checked = checkFates({ kind: 'command-job', value: job.value, file: job.file, places: job.places }, kind);
    if (isFine(checked.problems)) {
      usable.push(name);
      if (usable.length === 1) notes.push(...checked.notes.map(({ message, fate }) => `${fate}: ${message}`));
    } else {
      refusals.push(...checked.problems);
      if (targets.length > 1) notes.push(`${name} is left out: ${checked.problems[0]?.message ?? 'it refuses the file'}`);
    }
  }
  if (usable.length === 0) throw fileRefused(job.file.path, refusals);
  return usable;
}

async function codePlace(run: FileRun, job: ParsedJob, parts: FileParts): Promise<{ decided: { snapshot?: string; inPlace?: string }; notes: string[] }> {
  const { code } = job;
  if (code === undefined) return run.inPlace === true ? { decided: { inPlace: dirname(resolve(run.file)) }, notes: [] } : { decided: {}, notes: [] };
  if (code.from !== 'folder') {
    const what = code.from === 'git' ? code.url : code.reference;
    throw new DestinoError('unsupported', `${run.file}: code from ${what} cannot be fetched by this version`, { scope: run.file, hint: 'fetch it into a folder, and name that: --set code=./folder' });
  }
  if (run.inPlace === true) return { decided: { inPlace: code.path }, notes: [`running in ${code.path} itself`] };
  const { snapshot, notes } = await takeSnapshot(code.path, parts);
  return { decided: { snapshot }, notes };
}

/** The first way to realise the environment that the preferred target can take. */
async function chooseCandidate(run: FileRun, job: ParsedJob, targets: readonly string[], base: Omit<JobSpecInput, 'command'>, parts: FileParts): Promise<{ candidate: Candidate; environment: Environment; instead: string[] }> {
  const substitutes = Object.fromEntries(Object.entries(parts.settings.environments).map(([name, { value }]) => [name, value]));
  const plan = planEnvironment(job.environment, { substitutes, force: run.environment, relaxed: run.environmentRelaxed === true });
  const [target = ''] = targets;
  const reasons: FormatProblem[] = [];
  for (const candidate of plan.candidates) {
    const own = candidate.problems.filter(({ severity }) => severity === 'error');
    const environment = own.length > 0 ? undefined : await realised(candidate, parts);
    const problems = environment === undefined ? own : await candidateProblems(jobSpecSchema.parse(lowerJob(job, { ...base, environment })), target, parts);
    if (environment !== undefined && problems.length === 0) return { candidate, environment, instead: reasons.map(({ message }) => message) };
    reasons.push(...problems.map((problem) => ({ ...problem, file: run.file, message: `${candidate.words}: ${problem.message}` })));
  }
  throw fileRefused(run.file, reasons.length > 0 ? reasons : [{ ...plan.refusal, file: run.file }]);
}

/** A build folder becomes a snapshot, so that what is built is what was submitted. */
async function realised(candidate: Candidate, parts: FileParts): Promise<Environment> {
  if ('environment' in candidate) return candidate.environment;
  const { snapshot } = await takeSnapshot(candidate.build.folder, parts);
  return { kind: 'build', snapshot, dockerfile: candidate.build.dockerfile };
}

function requestOf(run: FileRun, job: ParsedJob, targets: readonly string[], spec: JobSpecInput): JobRequestInput {
  const { display_name: displayName, experiment_name: experiment } = job.value;
  const file = resolve(run.file);
  return {
    spec,
    targets: [...targets],
    file,
    experiment: experiment ?? (basename(dirname(file)) || 'Default'),
    ...(displayName !== undefined && { displayName }),
  };
}

/** A problem on one line: place, words, and what helps. */
export function problemLine({ severity, file, line, column, message, hint }: FormatProblem): string {
  const place = file === undefined ? '' : `${file}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}: `;
  return `${severity === 'warning' ? 'warning: ' : ''}${place}${message}${hint === undefined ? '' : ` (${hint})`}`;
}
