import type { CallOptions, DriverContext, EffectOptions, Jobs, TransferOptions } from '@destino/core/driver';
import { DestinoError, errorToData } from '@destino/core/errors';
import type { Handle, JobInspection, JobSpec, Json } from '@destino/core/model';
import { z } from 'zod';
import { deliver, deliverFile, signalOf, type Placing } from '../content/deliver.ts';
import type { FarSide, Hello } from '../far/far-side.ts';
import { fetchInput } from './fetch-input.ts';
import { jobArchive } from './job-files.ts';
import type { LogReader } from './log-reader.ts';
import { inspectionOf } from './inspection.ts';
import { parseLook, type Look } from './observation.ts';
import { listOutputs, readOutput } from './outputs.ts';
import { lookAtMachine } from './machine.ts';

/** What staging left for `submit`: the names of the single files of `uri_file` inputs. It counts for one key only. */
const stagedSchema = z.object({ key: z.string(), singles: z.record(z.string(), z.string()) });
type Staged = z.infer<typeof stagedSchema>;

export type Limits = { cores?: number | undefined; memoryBytes?: number | undefined; gpus?: readonly number[] | undefined; maxJobs?: number | undefined };

export type RemoteRunner = {
  far: FarSide;
  logs: LogReader;
  context: DriverContext;
  limits: Limits;
  makeHandle(key: string, state: { root: string; bootId: string }): Handle;
  /** @throws for a handle of another driver, or of a newer one. */
  readHandle(handle: Handle): { key: string; bootId: string };
};

/** The verbs for jobs on a machine reached by SSH; each is one call there, whatever the number of jobs asked about. */
export function remoteJobs(runner: RemoteRunner): Jobs {
  const { far, context, logs } = runner;
  const keyOf = (handle: Handle): string => runner.readHandle(handle).key;
  return {
    stage: async (spec, options) => await stage(runner, spec, options),
    submit: async (spec, options) => ({ handle: await submit(runner, spec, options) }),
    find: async (key, options = {}) => {
      const { root, bootId } = await far.hello(options);
      const answer = (await far.call('find', [key], options)).toString('latin1').trim();
      return answer === 'found' ? { found: true, handle: runner.makeHandle(key, { root, bootId }) } : { found: false, conclusive: true };
    },
    inspect: async (handles, options = {}) => await inspect(runner, handles, options),
    logs: async function* (handle, options) {
      yield* logs.read(keyOf(handle), options);
    },
    cancel: async (handle, { graceMs, ...options }) => void (await far.call('cancel', [keyOf(handle), Math.round(graceMs)], options)),
    outputs: async function* (handle, options = {}) {
      yield* listOutputs(far, keyOf(handle), options);
    },
    fetchOutput: async function* (handle, file, options = {}) {
      await far.hello(signalOf(options));
      yield* readOutput(far, keyOf(handle), file, options);
    },
    release: async (handle, options = {}) => {
      const key = keyOf(handle);
      const said = (await far.call('release', [key], options)).toString('utf8');
      const trouble = /^tracking (.*)$/m.exec(said)?.[1];
      if (trouble !== undefined) context.logger.warn('ssh.tracking', { key, text: trouble });
    },
  };
}

async function stage({ far, context }: RemoteRunner, job: JobSpec, options: TransferOptions): Promise<Staged> {
  const call = { ...signalOf(options), ...(options.onProgress !== undefined && { onProgress: options.onProgress }) };
  const delivering = { far, content: context.content, options: call };
  const placings: Placing[] = job.snapshot === undefined ? [] : [{ snapshot: job.snapshot, place: 'work' }];
  const singles: Record<string, string> = {};
  for (const [name, input] of Object.entries(job.inputs)) {
    if (input.type === 'literal') continue;
    const place = `inputs/${name}`;
    const { source } = input;
    if (source.from === 'snapshot') {
      placings.push({ snapshot: source.hash, place });
      if (input.type === 'uri_file') for await (const entry of context.content.manifest(source.hash, signalOf(options))) singles[name] ??= entry.path;
    } else if (source.from === 'uri' && input.mode !== 'direct') {
      const file = await fetchInput(source.uri, context, call);
      placings.push({ snapshot: await deliverFile(delivering, file), place });
      singles[name] = file.name;
    }
  }
  if (placings.length > 0) await deliver(delivering, options.key, placings);
  return { key: options.key, singles };
}

async function submit(runner: RemoteRunner, job: JobSpec, options: EffectOptions & { staged?: Json }): Promise<Handle> {
  const { far, context, limits } = runner;
  const { key, ...call } = { key: options.key, ...signalOf(options) };
  const hello = await far.hello(call);
  const given = stagedSchema.safeParse(options.staged);
  const staged = given.success && given.data.key === key ? given.data : await stage(runner, job, options);
  const needsTools = job.environment.kind === 'venv' || job.environment.kind === 'image';
  const tools = needsTools ? (await lookAtMachine(far, call)).tools : undefined;
  const input = await jobArchive({ job, key, hello, singles: staged.singles, context, ...(tools !== undefined && { tools }) }, call);
  await far.call('submit', [key, share(job, hello, limits), capacityWord(hello, limits)], { ...call, input });
  return runner.makeHandle(key, { root: hello.root, bootId: hello.bootId });
}

const mebibyte = 1_048_576;

/** What of the machine a job takes, as in its ticket. With `maxJobs` each takes at least its share of the cores. */
function share({ resources }: JobSpec, hello: Hello, limits: Limits): string {
  const all = limits.cores ?? hello.cores;
  const least = limits.maxJobs === undefined ? 0 : Math.floor((all * 1000) / limits.maxJobs);
  const wanted = Math.round((resources.cores ?? (limits.maxJobs === undefined ? 1 : 0)) * 1000);
  return [Math.max(1, least, wanted), Math.ceil((resources.memoryBytes ?? 0) / mebibyte), resources.gpus ?? 0].join('.');
}

/** What jobs may take together, where the config says so; it holds for the whole account, and the last one written counts. */
function capacityWord(hello: Hello, { cores, memoryBytes, gpus }: Limits): string {
  if (cores === undefined && memoryBytes === undefined && gpus === undefined) return '-';
  const list = (gpus ?? hello.gpus).join('_');
  return [Math.round((cores ?? hello.cores) * 1000), Math.floor((memoryBytes ?? hello.memoryBytes) / mebibyte), list === '' ? '-' : list].join('/');
}

/** One call for all of them. What keeps it from being made is the answer for each. */
async function inspect({ far, readHandle }: RemoteRunner, handles: readonly Handle[], options: CallOptions): Promise<JobInspection[]> {
  const read = handles.map((handle): { key: string; bootId: string } | { error: unknown } => {
    try {
      return readHandle(handle);
    } catch (error) {
      return { error };
    }
  });
  const keys = read.flatMap((each) => ('key' in each ? [each.key] : []));
  const look = await lookAt(far, keys, options);
  return read.map((each) => {
    if ('error' in each) return { seen: 'unknown', error: errorToData(each.error) };
    return 'error' in look ? { seen: 'unknown', error: errorToData(look.error) } : inspectionOf(each.key, each.bootId, look.look);
  });
}

async function lookAt(far: FarSide, keys: readonly string[], options: CallOptions): Promise<{ look: Look } | { error: unknown }> {
  try {
    const answer = await far.call('inspect', [], { ...options, input: keys.map((key) => `${key}\n`).join('') });
    const look = parseLook(answer.toString('utf8'));
    return look === undefined ? { error: new DestinoError('unavailable', 'the answer of the machine was cut short') } : { look };
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    return { error };
  }
}
