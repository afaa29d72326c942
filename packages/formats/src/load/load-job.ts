import type { CommandPart, Input, Output, SecretReference } from '@destino/core/model';
import { parseReference, targetName } from '../environment/asset-reference.ts';
import type { EnvironmentWish } from '../environment/plan.ts';
import { shmBytes } from '../resource/amount.ts';
import { parseInstanceType } from '../resource/instance-type.ts';
import type { CommandJobFile } from '../schema/command-job.ts';
import { inOrder, isFine, problemAt, type FormatProblem } from '../text/problem.ts';
import type { SourceFile } from '../text/source-file.ts';
import type { Places } from '../yaml/read-value.ts';
import { diskAccess, type Source } from './file-access.ts';
import { jobCommand, jobVariables } from './job-command.ts';
import { jobData } from './job-data.ts';
import { wishOf } from './load-environment.ts';
import { loadKind } from './load-file.ts';
import type { LoadOptions } from './load-options.ts';
import { localPath, type Surroundings } from './local-path.ts';

/** The code of a job: a folder of this machine, a git address, or an asset of the workspace. */
export type CodeSource = { from: 'folder'; path: string } | { from: 'git'; url: string; ref?: string } | { from: 'asset'; reference: string };

/** A job file read whole: what it says, what it refers to, and the command with its literals in place. */
export type ParsedJob = {
  file: SourceFile;
  value: CommandJobFile;
  places: Places;
  /** The file's text with literal secrets hidden: what may be stored. */
  storedText: string;
  /** The target that the file names, without `azureml:`; `serverless` counts as none. */
  target: string | undefined;
  code: CodeSource | undefined;
  environment: EnvironmentWish;
  command: CommandPart[];
  inputs: Record<string, Input>;
  outputs: Record<string, Output>;
  variables: Record<string, string>;
  secrets: Record<string, SecretReference>;
};

export type LoadedJob = { job: ParsedJob | undefined; problems: FormatProblem[] };

/**
 * Reads a command job and everything that it refers to on this machine: folders and files must exist, expressions
 * must name something. All problems at once; `job` is there when none of them is an error.
 */
export async function loadJobFile(source: Source, options: LoadOptions = {}): Promise<LoadedJob> {
  const loaded = await loadKind<'command-job'>(source, 'job', options);
  const { file, tree, value, places } = loaded;
  if (value === undefined || file === undefined || tree === undefined) return { job: undefined, problems: loaded.problems };
  const around: Surroundings = { file, places, files: options.files ?? diskAccess };
  const compute = computeOf(around, value.compute);
  const code = await codeOf(around, value.code);
  const environment = await wishOf(around, value.environment, 'environment');
  const data = await jobData(around, value);
  const command = jobCommand(around, tree, value.command, data.scope);
  const variables = jobVariables(around, value.environment_variables ?? {}, options.secrets);
  const own = [compute, code, environment, data, command, variables].flatMap((part) => part.problems);
  const problems = inOrder([...loaded.problems, ...own, ...resourceProblems(around, value)]);
  if (!isFine(problems) || environment.wish === undefined) return { job: undefined, problems };
  const job = {
    file, value, places, storedText: loaded.storedText, target: compute.target, code: code.code, environment: environment.wish,
    command: command.parts, inputs: data.inputs, outputs: data.outputs, variables: variables.variables, secrets: variables.secrets,
  };
  return { job, problems };
}

function computeOf(around: Surroundings, compute: string | undefined): { target: string | undefined; problems: FormatProblem[] } {
  if (compute === undefined) return { target: undefined, problems: [] };
  const at = (message: string, hint: string): FormatProblem => problemAt(around.file, around.places.get('compute'), { path: 'compute', code: 'reference', message, hint });
  if (compute.includes('${{')) return { target: undefined, problems: [at(`the target depends on ${compute.trim()}, which only a pipeline fills in`, '--target NAME')] };
  const name = targetName(compute);
  if (/^\/subscriptions\//i.test(name)) return { target: name.split('/').pop(), problems: [] };
  if (!/^[\w.-]+$/.test(name)) return { target: undefined, problems: [at(`"${compute}" cannot be the name of a target`, 'azureml:NAME or NAME')] };
  return { target: name.toLowerCase() === 'serverless' ? undefined : name, problems: [] };
}

async function codeOf(around: Surroundings, code: string | undefined): Promise<{ code: CodeSource | undefined; problems: FormatProblem[] }> {
  if (code === undefined) return { code: undefined, problems: [] };
  if (/^(git\+|git@|git:)/.test(code) || /^https?:\/\/.*(\.git|#|github\.com|gitlab\.com|dev\.azure\.com)/.test(code)) {
    const [url = code, ref] = code.replace(/^git\+/, '').split('#');
    return { code: { from: 'git', url, ...(ref !== undefined && ref !== '' && { ref }) }, problems: [] };
  }
  const reference = parseReference(code);
  if (reference.form !== 'path') return { code: { from: 'asset', reference: code }, problems: [] };
  const found = await localPath(around, reference.path, 'code', 'folder');
  return { code: { from: 'folder', path: found.path }, problems: found.problems };
}

function resourceProblems(around: Surroundings, { resources }: CommandJobFile): FormatProblem[] {
  const at = (path: string, message: string, hint: string): FormatProblem => problemAt(around.file, around.places.get(path), { path, code: 'resource', message, hint });
  const problems: FormatProblem[] = [];
  const type = resources?.instance_type === undefined ? undefined : parseInstanceType(resources.instance_type);
  if (type !== undefined && 'problem' in type) problems.push(at('resources.instance_type', type.problem, 'a VM size, cpu=4,memory=16Gi,gpu=1:A100, or the name of a type'));
  if (resources?.shm_size !== undefined && shmBytes(resources.shm_size) === undefined) {
    problems.push(at('resources.shm_size', `"${resources.shm_size}" is no size`, 'a number with b, k, m or g, as 2g'));
  }
  return problems;
}
