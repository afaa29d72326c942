import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { CallOptions, DriverContext, EffectOptions } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Handle, JobSpec, Json } from '@destino/core/model';
import { blankRecord, quoteShell, startScript } from '@destino/helper';
import { batchScript, rankScript } from './batch-script.ts';
import type { SlurmConfig } from './config.ts';
import { makeHandle, neverQueued } from './handle.ts';
import { assign, helperPath, jobPlaces, lookUp, snapshotFolder, type JobPlaces } from './layout.ts';
import { inputPlace, outputPlace, renderCommand } from './places.ts';
import { sbatchOptions, slurmOptionsOf } from './sbatch-options.ts';
import type { Shell } from './shell.ts';
import { bringContent, stagedSchema, type Staged } from './stage.ts';
import { jobVariables, rankLines, secretLines } from './variables.ts';

export type Cluster = { shell: Shell; config: SlurmConfig; context: DriverContext };

/** Names of files below a job's folder and their texts; what is secret stands in no command line. */
type Files = Record<string, string>;

export async function submitJob({ shell, config, context }: Cluster, job: JobSpec, options: EffectOptions & { staged?: Json }): Promise<Handle> {
  const { key } = options;
  const { nodes, processesPerNode } = job.resources;
  const given = stagedSchema.safeParse(options.staged);
  const staged = given.success ? given.data : await bringContent({ shell, config, context }, job, options);
  const places = jobPlaces(config.folder, key);
  const files = await jobFiles({ config, context }, job, { key, places, staged }, options);
  const marks = { key, folder: places.folder, owner: context.owner };
  const words = sbatchOptions(job, config, marks);
  const script = submission(job, config, { key, places, files, checkpoint: checkpointFolder(job, config, context) });
  const input = Buffer.concat(Object.values(files).map((text) => Buffer.from(text)));
  const call = options.signal === undefined ? {} : { signal: options.signal };
  const said = (await shell.run({ op: 'sbatch', key }, script, { ...call, words, input })).toString('utf8').trim();
  if (!/^(\d+|none)$/.test(said)) throw new DestinoError('unavailable', `Slurm answered the submission with '${said}'`, { hint: 'submit again: what was begun is found by its key' });
  return makeHandle(said === neverQueued ? neverQueued : said, { key, nodes, processesPerNode });
}

async function jobFiles({ config, context }: Omit<Cluster, 'shell'>, job: JobSpec, at: { key: string; places: JobPlaces; staged: Staged }, options: CallOptions): Promise<Files> {
  const { key, places, staged } = at;
  const { nodes, processesPerNode } = job.resources;
  const input = (name: string): string => {
    const found = job.inputs[name];
    return found === undefined ? '' : inputPlace(name, found, places, staged.singles[name]);
  };
  const output = (name: string): string => outputPlace(name, job, places);
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(job.secrets)) values[name] = await context.secrets.resolve(reference, options.signal === undefined ? {} : { signal: options.signal });
  const variables = jobVariables(job, context.owner, places, { checkpoint: checkpointFolder(job, config, context), input, output });
  const setup = slurmOptionsOf(job, config).setup;
  const secrets = Object.keys(values).length === 0 ? '' : `. ${quoteShell(places.secrets)} || fail_setup 'the secrets of the job are gone'\n`;
  const prologue = `${rankLines(job)}${setup === undefined ? '' : `${setup}\n`}${secrets}`;
  const command = ['/bin/sh', '-c', 'if command -v bash >/dev/null 2>&1; then exec bash "$1"; fi; exec sh "$1"', 'sh', places.command];
  const outputs = { outputs: posix.join(places.work, 'outputs'), metrics: places.metrics, ...Object.fromEntries(Object.keys(job.outputs).map((name) => [name, output(name)])) };
  const about = { key, name: job.name, owner: context.owner, createdAt: new Date(context.clock.wallMs()).toISOString(), outputs };
  const batch = { folder: places.folder, key, helper: helperPath(config.folder, context.helper.hash), nodes, processesPerNode, graceMs: job.graceMs };
  return {
    'about.json': `${JSON.stringify(about)}\n`,
    shape: `${nodes} ${processesPerNode}\n`,
    'batch.sh': batchScript(batch),
    'rank.sh': rankScript(batch),
    start: startScript({ folder: places.work, variables, command, prologue, graceMs: job.graceMs, ...(job.timeoutMs !== undefined && { timeoutMs: job.timeoutMs }) }),
    blank: blankRecord,
    'command.sh': `${renderCommand(job.command, { input, output })}\n`,
    ...(secrets !== '' && { secrets: secretLines(values) }),
  };
}

/** Kept over the attempts of one job: the next one goes on from there. */
function checkpointFolder(job: JobSpec, config: SlurmConfig, { owner }: DriverContext): string {
  const name = createHash('sha256').update(JSON.stringify([owner, job.name])).digest('hex').slice(0, 24);
  return posix.join(config.folder, 'checkpoints', name);
}

type Making = { key: string; places: JobPlaces; files: Files; checkpoint: string };

/** Functions of the submission: a file of so many bytes out of what is read; a copy of content that lies on the cluster. */
const making = [
  'umask 077',
  'fail() { echo "$1" >&2; exit 1; }',
  'take() { head -c "$1" >"$making/$2" && [ "$(wc -c <"$making/$2")" -eq "$1" ] || fail "the files of the job came only in part"; }',
  'copy() { mkdir -p "$making/$2" && cp -R "$1/." "$making/$2/" || fail "the code or an input is not on the cluster"; }',
];

/** `$@` are the words of sbatch. Prints Slurm's number, or `none` for a key that was cancelled before. */
const queueing = [
  'known "$key" || exit 1',
  'if [ -z "$id" ] && { [ -e "$job/ending" ] || [ -e "$job/released" ]; }; then echo none; exit 0; fi',
  'if [ -z "$id" ]; then',
  '  if new=$(sbatch "$@" "$job/batch.sh" </dev/null); then',
  '    id=${new%%;*}',
  '  else',
  '    code=$?',
  // Only what Slurm surely does not know is taken away again: an answer may have been lost.
  '    list=$(ids "$key" 2>/dev/null) || exit "$code"',
  '    if [ -z "$list" ]; then rm -rf "$job"; exit "$code"; fi',
  '    id=${list%%[!0-9]*}',
  '  fi',
  'fi',
  'echo "$id" >"$job/jobid.$$" && { ln "$job/jobid.$$" "$job/jobid" 2>/dev/null || :; }',
  'rm -f "$job/jobid.$$"',
  'known "$key"',
  '[ ! -e "$job/ending" ] || scancel --state=PENDING "$id" 2>/dev/null', // cancelled meanwhile
  'echo "$id"',
];

/**
 * One script, so that a broken connection leaves it to run to its end: the folder comes into being whole, by a rename;
 * what Slurm knows of the key is looked for; only then the job is queued.
 */
function submission(job: JobSpec, config: SlurmConfig, { key, places, files, checkpoint }: Making): string {
  const sizes = Object.entries(files).map(([name, text]) => `take ${Buffer.byteLength(text)} ${quoteShell(name)}`);
  const copies = Object.entries(job.inputs).flatMap(([name, input]) =>
    input.type !== 'literal' && input.source.from === 'snapshot' ? [`copy ${quoteShell(snapshotFolder(config.folder, input.source.hash))} ${quoteShell(`inputs/${name}`)}`] : [],
  );
  const code = job.snapshot === undefined ? [] : [`copy ${quoteShell(snapshotFolder(config.folder, job.snapshot))} work`];
  const named = Object.entries(job.outputs).filter(([, { uri }]) => uri === undefined);
  const folders = named.map(([name, { type }]) => `mkdir -p "$making"/${quoteShell(type === 'uri_file' ? 'named' : `named/${name}`)}`);
  return [
    assign({ key, job: places.folder, checkpoint }).trimEnd(),
    lookUp,
    ...making,
    'if [ ! -d "$job" ]; then',
    '  making=$root/making/$key.$$',
    '  mkdir -p "$making/ranks" "$making/metrics" "$root/jobs" "$checkpoint" || exit 1',
    "  trap 'rm -rf \"$making\"' EXIT",
    ...[...sizes, ...code, ...copies, 'mkdir -p "$making/work/outputs"', ...folders].map((line) => `  ${line}`),
    '  mv -T "$making" "$job" 2>/dev/null || [ -d "$job" ] || fail "the folder of the job could not be made"', // another may be first
    'fi',
    ...queueing,
    '',
  ].join('\n');
}
