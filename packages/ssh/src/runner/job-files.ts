import { createHash, randomBytes } from 'node:crypto';
import type { CallOptions, DriverContext } from '@destino/core/driver';
import type { Input, JobSpec } from '@destino/core/model';
import { blankRecord, containerJob, jobVariables, quoteShell, renderCommand, startScript, trackingPrologue, trackingScript } from '@destino/helper';
import type { Hello } from '../far/far-side.ts';
import { tarOf } from '../far/tar.ts';
import { metricsOutput, type About } from './about.ts';
import { jobPaths, type JobPaths } from './job-paths.ts';
import { venvPrologue, type MachineTools } from './venv.ts';

export type Writing = {
  job: JobSpec;
  key: string;
  hello: Hello;
  /** The single files of `uri_file` inputs. */
  singles: Readonly<Record<string, string>>;
  context: DriverContext;
  /** Looked at only where the job's environment needs it. */
  tools?: MachineTools;
};

type File = { path: string; mode: number; bytes: string };

/** Longer ones do not fit into one argument of a process. */
const longestArgumentBytes = 100_000;
const anyShell = 'if command -v bash >/dev/null 2>&1; then exec bash "$@"; else exec sh "$@"; fi';
const pythonish = /(?:^|[^\w-])(?:python|pypy|mlflow|torchrun|accelerate|deepspeed|jupyter|papermill)[\d.]*(?![\w])|\.(?:py|ipynb)(?!\w)/;

/** Everything that the helper needs to run a job, as one archive. The far side puts the record in its place last. */
export async function jobArchive(writing: Writing, options: CallOptions): Promise<Buffer> {
  const { job, key, hello, context } = writing;
  const paths = jobPaths(hello.root, key, checkpointName(writing));
  const about: About = {
    key,
    name: job.name,
    owner: context.owner,
    createdAt: new Date(context.clock.wallMs()).toISOString(),
    outputs: { [metricsOutput]: paths.metrics, outputs: `${paths.work}/outputs`, ...Object.fromEntries(Object.keys(job.outputs).map((name) => [name, outputPlace(name, job, paths)])) },
    notes: [],
  };
  const files: File[] = [
    { path: 'about.json', mode: 0o600, bytes: JSON.stringify(about) },
    { path: 'name', mode: 0o600, bytes: `${job.name} (workspace ${context.owner.workspace})\n` },
    { path: 'prepare', mode: 0o600, bytes: prepareText(job, paths) },
    { path: 'record', mode: 0o600, bytes: blankRecord },
    ...(await startFiles(writing, paths, options)),
    ...(await secretFiles(job, context, options)),
  ];
  return tarOf(files);
}

function prepareText(job: JobSpec, paths: JobPaths): string {
  const places = Object.entries(job.outputs).filter(([, { uri, mode }]) => mode !== 'direct' || uri === undefined);
  const folders = places.map(([name, { type }]) => (type === 'uri_file' ? paths.output(name).replace(/\/[^/]*$/, '') : paths.output(name)));
  return `mkdir -p -- ${[paths.checkpoint, ...folders].map((each) => quoteShell(each)).join(' ')}\n`;
}

async function startFiles(writing: Writing, paths: JobPaths, options: CallOptions): Promise<File[]> {
  const { job, hello, singles, context } = writing;
  const input = (name: string): string => inputPlace(name, job.inputs[name], paths, singles[name]);
  const output = (name: string): string => outputPlace(name, job, paths);
  const path = job.variables['PATH'] ?? hello.path;
  const own = { HOME: hello.home, USER: hello.user, LOGNAME: hello.user, SHELL: hello.shell, LANG: hello.lang };
  const places = { checkpoint: paths.checkpoint, metrics: `${paths.metrics}/metrics.jsonl`, input, output, path };
  // The submitter's own base list is of another machine.
  const variables = { ...own, ...jobVariables({ ...job, baseVariables: {} }, context.owner, places) };
  const text = renderCommand(job.command, { input, output });
  const files: File[] = [];
  const words = Buffer.byteLength(text) <= longestArgumentBytes ? ['-c', text] : [`${paths.folder}/command.sh`];
  if (words.length === 1) files.push({ path: 'command.sh', mode: 0o600, bytes: text });
  const command = ['sh', '-c', anyShell, 'sh', ...words];
  const limits = { graceMs: job.graceMs, ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }) };
  const secrets = Object.keys(job.secrets).length === 0 ? '' : secretsPrologue(paths);
  if (job.environment.kind === 'image') {
    const container = await containerFiles(writing, { command, paths, variables, input }, options);
    files.push(...container.files);
    return [...files, { path: 'start', mode: 0o600, bytes: startScript({ folder: paths.work, variables: { ...variables, PATH: path }, command: container.command, prologue: secrets, ...limits }) }];
  }
  const venv = venvPrologue(writing, paths);
  files.push(...venv.files);
  const tracking = await trackingFiles(writing, paths, options);
  files.push(...tracking.files);
  // Before the secrets: neither what installs packages nor the tracking server is one of those who may know them.
  const prologue = `${pythonPrologue(hello)}${venv.prologue}${tracking.prologue}${secrets}`;
  return [...files, { path: 'start', mode: 0o600, bytes: startScript({ folder: paths.work, variables, command, prologue, ...limits }) }];
}

/** Files say `python` where most machines have only `python3`. */
function pythonPrologue({ root }: Hello): string {
  const folder = quoteShell(`${root}/bin/python`);
  return [
    'if ! command -v python >/dev/null 2>&1 && destino_python=$(command -v python3); then',
    `  mkdir -p ${folder} && { [ -e ${folder}/python ] || ln -s "$destino_python" ${folder}/python 2>/dev/null; }`,
    `  export PATH=${folder}:"$PATH"`,
    'fi',
    '',
  ].join('\n');
}

async function containerFiles(writing: Writing, inside: { command: readonly string[]; paths: JobPaths; variables: Record<string, string>; input(name: string): string }, options: CallOptions): Promise<{ command: string[]; files: File[] }> {
  const { job, key, context, tools } = writing;
  const { paths, variables, command } = inside;
  const given = job.environment.kind === 'image' ? job.environment.image : '';
  const image = context.images === undefined ? given : (await context.images.resolve(job.environment, { ...options, key, fence: 0 })).image;
  const own = Object.entries(variables).filter(([name]) => !['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL'].includes(name) || name in job.variables);
  const container = containerJob({
    image,
    name: `destino-${key}`,
    labels: { 'destino.key': key, 'destino.workspace': context.owner.workspace, 'destino.incarnation': context.owner.incarnation },
    writable: [paths.folder, paths.checkpoint],
    workingFolder: paths.work,
    readOnly: Object.entries(job.inputs).filter(([, input]) => input.type !== 'literal' && input.source.from === 'path').map(([name]) => inside.input(name)),
    variables: Object.fromEntries(own),
    secretNames: Object.keys(job.secrets),
    clientVariables: { PATH: writing.hello.path, HOME: writing.hello.home },
    resources: job.resources,
    ...(tools !== undefined && tools.uid !== '0' && { user: `${tools.uid}:${tools.gid}` }),
    command,
  });
  return { command: container.command, files: [{ path: 'stop', mode: 0o600, bytes: container.stop }, { path: 'after', mode: 0o600, bytes: container.after }] };
}

/** The server for metrics beside a job that is, or may start, Python; only where a `python3` is found at the start. */
async function trackingFiles({ job, context }: Writing, paths: JobPaths, options: CallOptions): Promise<{ prologue: string; files: File[] }> {
  const none = { prologue: '', files: [] };
  if ('MLFLOW_TRACKING_URI' in job.variables || 'MLFLOW_TRACKING_URI' in job.secrets) return none;
  const word = job.variables['DESTINO_TRACKING'] ?? job.tags['destino.tracking'];
  if (word === 'never' || !(word === 'always' || (await mayStartPython(job, context, options)))) return none;
  const lines = trackingPrologue({
    python: 'python3',
    paths: { script: `${paths.folder}/tracking.py`, metrics: `${paths.metrics}/metrics.jsonl`, artifacts: `${paths.work}/outputs`, ready: paths.trackingAddress },
    run: { id: job.name, name: job.tags['display_name'] ?? job.name, experiment: job.tags['experiment_name'] ?? 'Default' },
    token: randomBytes(24).toString('base64url'),
    log: paths.trackingLog,
  });
  return { prologue: `if command -v python3 >/dev/null 2>&1; then\n${lines}\nfi\n`, files: [{ path: 'tracking.py', mode: 0o600, bytes: trackingScript().script }] };
}

async function mayStartPython(job: JobSpec, context: DriverContext, options: CallOptions): Promise<boolean> {
  if (job.command.some((part) => typeof part === 'string' && pythonish.test(part))) return true;
  if (job.snapshot === undefined) return false;
  for await (const { path } of context.content.manifest(job.snapshot, options)) if (/\.(?:py|ipynb)$/.test(path)) return true;
  return false;
}

/** Kept over the attempts of one job: the next one goes on from there. */
function checkpointName({ job, context }: Writing): string {
  return createHash('sha256').update(JSON.stringify([context.owner, job.name])).digest('hex').slice(0, 24);
}

function inputPlace(name: string, input: Input | undefined, paths: JobPaths, single: string | undefined): string {
  if (input === undefined) return '';
  if (input.type === 'literal') return input.value;
  if (input.source.from === 'path') return input.source.path;
  if (input.source.from === 'uri' && input.mode === 'direct') return input.source.uri;
  return single === undefined ? paths.input(name) : `${paths.input(name)}/${single}`;
}

function outputPlace(name: string, job: JobSpec, paths: JobPaths): string {
  const output = job.outputs[name];
  return output?.uri !== undefined && output.mode === 'direct' ? output.uri : paths.output(name);
}

/** Secrets stand in a file that the job's process reads and removes before the command begins. */
async function secretFiles(job: JobSpec, context: DriverContext, options: CallOptions): Promise<File[]> {
  const lines: string[] = [];
  for (const [name, reference] of Object.entries(job.secrets)) lines.push(`export ${name}=${quoteShell(await context.secrets.resolve(reference, options))}\n`);
  return lines.length === 0 ? [] : [{ path: 'secrets', mode: 0o600, bytes: lines.join('') }];
}

function secretsPrologue({ folder }: JobPaths): string {
  const file = quoteShell(`${folder}/secrets`);
  return `[ -r ${file} ] || fail_setup 'the secrets of the job are gone'\n. ${file}\ncommand -p rm -f -- ${file}\n`;
}
