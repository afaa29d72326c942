import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { CallOptions, DriverContext, EffectOptions } from '@destino/core/driver';
import type { JobSpec } from '@destino/core/model';
import { blankRecord, containerJob, dockersOwn, jobVariables, quoteShell, renderCommand, startScript } from '@destino/helper';
import { metricsOutput, type About } from './about.ts';
import { jobPath, plainPath, shellOf } from './interpreters.ts';
import type { JobFiles, Layout } from './layout.ts';
import { errnoOf } from './map-error.ts';
import { inputPlace, outputPlace } from './places.ts';
import type { Staged } from './stage.ts';
import { trackingLines } from './tracking.ts';
import { prepareVenv } from './venv/prepare-venv.ts';

/** Longer ones do not fit into one argument of a process. */
const longestArgumentBytes = 120_000;

export type Writing = { job: JobSpec; key: string; files: JobFiles; places: Layout; staged: Staged; context: DriverContext; /** The helper's copy on this machine. */ script: string; dockerHost?: string };

/** Writes everything that the helper needs to run the job, the blank record last: with it the job is whole. */
export async function writeJob(writing: Writing, options: EffectOptions): Promise<void> {
  const { job, key, files, context } = writing;
  const folder = job.inPlace ?? files.work;
  const outputs = Object.fromEntries(Object.keys(job.outputs).map((name) => [name, outputPlace(name, job, files)]));
  await mkdir(files.metrics, { recursive: true });
  await makeFolders(job, outputs);
  const path = jobPath(job.variables['PATH'] ?? job.baseVariables['PATH'] ?? plainPath, writing.places.bin);
  const shell = job.environment.kind === 'image' ? 'sh' : shellOf(path);
  const about: About = {
    key,
    name: job.name,
    owner: context.owner,
    createdAt: new Date(context.clock.wallMs()).toISOString(),
    outputs: { [metricsOutput]: files.metrics, ...(job.inPlace === undefined && { outputs: join(files.work, 'outputs') }), ...outputs },
    notes: shell === 'sh' && job.environment.kind !== 'image' ? ['there is no bash here: the command ran by sh'] : [],
  };
  await writeFile(files.about, JSON.stringify(about), { mode: 0o600 });
  await writeSecrets(job, files, context, options);
  await replaceFile(files.start, await startText(writing, { folder, path, shell }, options));
  await placeOnce(files.record, blankRecord);
}

async function makeFolders(job: JobSpec, outputs: Record<string, string>): Promise<void> {
  for (const [name, place] of Object.entries(outputs)) {
    if (job.outputs[name]?.mode === 'direct' && job.outputs[name]?.uri !== undefined) continue;
    await mkdir(job.outputs[name]?.type === 'uri_file' ? dirname(place) : place, { recursive: true });
  }
}

async function startText(writing: Writing, where: { folder: string; path: string; shell: string }, options: EffectOptions): Promise<string> {
  const { job, files, staged, context } = writing;
  const input = (name: string): string => {
    const found = job.inputs[name];
    return found === undefined ? '' : inputPlace(name, found, files, staged.singles[name]);
  };
  const output = (name: string): string => outputPlace(name, job, files);
  const checkpoint = checkpointFolder(writing);
  await mkdir(checkpoint, { recursive: true });
  const variables = jobVariables(job, context.owner, { checkpoint, metrics: join(files.metrics, 'metrics.jsonl'), input, output, path: where.path });
  const text = renderCommand(job.command, { input, output });
  const command = [where.shell, ...(await commandArguments(text, files))];
  const limits = { graceMs: job.graceMs, ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }) };
  const secrets = Object.keys(job.secrets).length === 0 ? '' : secretsPrologue(files);
  const around = { key: writing.key, files, root: writing.places.root, script: writing.script, path: where.path };
  const venv = job.environment.kind === 'venv' ? await prepareVenv(job.environment, around, options) : '';
  // Before the secrets: neither what installs packages nor the tracking server is one of those who may know them.
  const prologue = `${venv}${await trackingLines({ ...writing, ...where }, options)}${secrets}`;
  if (job.environment.kind !== 'image') return startScript({ folder: where.folder, variables, command, prologue, ...limits });
  const client = clientVariables(writing, where.path);
  const inside = await containerCommand(writing, { command: anyShell(command.slice(1)), client, variables, input, checkpoint }, options);
  return startScript({ folder: where.folder, variables: { ...variables, ...client }, command: inside, prologue, ...limits });
}

/** What an image holds is not known here: bash where there is one. */
function anyShell(words: readonly string[]): string[] {
  return ['sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash "$@"; else exec sh "$@"; fi', 'sh', ...words];
}

/** The environment of the docker command: of the submitter's base list only what docker reads, and the target's engine. */
function clientVariables({ job, dockerHost }: Writing, path: string): Record<string, string> {
  const base = Object.entries(job.baseVariables).filter(([name]) => dockersOwn.test(name));
  return { ...Object.fromEntries(base), PATH: path, ...(dockerHost !== undefined && { DOCKER_HOST: dockerHost }) };
}

/** Kept over the attempts of one job: the next one goes on from there. */
function checkpointFolder({ job, places, context }: Writing): string {
  const name = createHash('sha256').update(JSON.stringify([context.owner, job.name])).digest('hex').slice(0, 24);
  return join(places.checkpoints, name);
}

async function commandArguments(text: string, files: JobFiles): Promise<string[]> {
  if (Buffer.byteLength(text) <= longestArgumentBytes) return ['-c', text];
  const file = join(files.folder, 'command.sh');
  await writeFile(file, text, { mode: 0o600 });
  return [file];
}

type Inside = { command: string[]; client: Record<string, string>; variables: Record<string, string>; checkpoint: string; input(name: string): string };

async function containerCommand({ job, key, files, context }: Writing, inside: Inside, options: EffectOptions): Promise<string[]> {
  const environment = job.environment;
  const given = environment.kind === 'image' ? environment.image : '';
  const image = context.images === undefined ? given : (await context.images.resolve(environment, options)).image;
  const { uid, gid } = userInfo();
  const base = new Set(Object.keys(job.baseVariables));
  const own = Object.entries(inside.variables).filter(([name]) => (name !== 'PATH' && !base.has(name)) || name in job.variables);
  const outside = Object.entries(job.inputs).filter(([, input]) => input.type !== 'literal' && input.source.from === 'path');
  const written = Object.keys(job.outputs).filter((name) => job.outputs[name]?.uri?.startsWith('file:') === true).map((name) => outputPlace(name, job, files));
  const container = containerJob({
    image,
    name: `destino-${key}`,
    labels: { 'destino.key': key, 'destino.workspace': context.owner.workspace, 'destino.incarnation': context.owner.incarnation },
    writable: [files.folder, inside.checkpoint, ...written],
    workingFolder: files.work,
    readOnly: outside.map(([name]) => inside.input(name)),
    variables: Object.fromEntries(own),
    secretNames: Object.keys(job.secrets),
    clientVariables: inside.client,
    resources: job.resources,
    ...(uid > 0 && { user: `${uid}:${gid}` }),
    command: inside.command,
  });
  await writeFile(join(files.folder, 'stop'), container.stop, { mode: 0o600 });
  await writeFile(join(files.folder, 'after'), container.after, { mode: 0o600 });
  return container.command;
}

/** Secrets stand in a file that the job's process reads and removes before the command begins. */
async function writeSecrets(job: JobSpec, files: JobFiles, context: DriverContext, options: CallOptions): Promise<void> {
  const lines: string[] = [];
  for (const [name, reference] of Object.entries(job.secrets)) {
    lines.push(`export ${name}=${quoteShell(await context.secrets.resolve(reference, options))}\n`);
  }
  if (lines.length > 0) await writeFile(files.secrets, lines.join(''), { mode: 0o600 });
}

function secretsPrologue(files: JobFiles): string {
  const file = quoteShell(files.secrets);
  return `[ -r ${file} ] || fail_setup 'the secrets of the job are gone'\n. ${file}\ncommand -p rm -f -- ${file}\n`;
}

/** Only once: what is there already stays. A part of it, on a full disk, does not. */
async function placeOnce(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    await rm(path, { force: true });
    throw error;
  }
}

/** Whole or as it was, for a file that another process may be reading. */
async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, path);
}
