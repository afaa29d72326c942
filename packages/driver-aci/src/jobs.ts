import type { ContainerGroup } from '@azure/arm-containerinstance';
import type { CallOptions, EffectOptions, Jobs, Submitted } from '@destino/core/driver';
import { DestinoError, isDestinoError, toDestinoError } from '@destino/core/errors';
import type { JobSpec, Json } from '@destino/core/model';
import { readPushedOutput, readPushedOutputs } from '@destino/helper';
import { groupName, makeHandle, readHandle } from './handle.ts';
import { controlPlace, inspectJob } from './inspect.ts';
import { readLogs } from './logs.ts';
import { makeGroup } from './make-group.ts';
import { heed } from './map-error.ts';
import { isOwners, readTags } from './owner-tags.ts';
import { deleteJob } from './release.ts';
import { abortable, type Session } from './session.ts';
import { stagedSchema, stageJob } from './stage.ts';

/** Run-to-completion container groups, one for each job. */
export function aciJobs(session: Session): Jobs {
  const { told } = session;
  return {
    stage: async (spec, options) => told('bring code and inputs to the storage', options, () => stageJob(session, spec, options)),
    submit: async (spec, options) => told(`start the job ${spec.name}`, options, () => submit(session, spec, options)),
    find: async (key, options) =>
      told('find the job', options, async () => {
        const group = await session.group(groupName(key), options);
        const ours = group !== undefined && isOwners(session.context.owner, readTags(group.tags));
        return ours ? { found: true, handle: makeHandle(key) } : { found: false, conclusive: false };
      }),
    inspect: async (handles, options) => Promise.all(handles.map((handle) => inspectJob(session, handle, options))),
    logs: (handle, options) => readLogs(session, handle, options),
    cancel: async (handle, { graceMs, ...options }) =>
      told('cancel the job', options, async () => {
        const { key } = readHandle(handle);
        const seen = await inspectJob(session, handle, options);
        if (seen.seen !== 'yes' || seen.exits.length > 0) return;
        const order = new TextEncoder().encode(`cancel ${Math.round(graceMs)}\n`);
        await session.staging().append(controlPlace(key), 0, order, options);
      }),
    outputs: async function* (handle, options = {}) {
      heed(options);
      const { key } = readHandle(handle);
      for (const { offsetBytes: _, ...file } of await told('list the outputs', options, () => readPushedOutputs(session.staging(), key, options))) yield file;
    },
    fetchOutput: async function* (handle, file, options = {}) {
      heed(options);
      const { key } = readHandle(handle);
      const { from: _, ...call } = options;
      const found = (await readPushedOutputs(session.staging(), key, call)).find(({ output, path }) => output === file.output && path === file.path);
      if (found === undefined) throw new DestinoError('not-found', `the job ${handle.id} left no ${file.output}/${file.path}`);
      yield* readPushedOutput(session.staging(), key, found, options);
    },
    release: async (handle, options) => told('release the job', options, () => deleteJob(session, readHandle(handle).key, options)),
  };
}

async function submit(session: Session, spec: JobSpec, options: EffectOptions & { staged?: Json }): Promise<Submitted> {
  const { key } = options;
  const call: CallOptions = options.signal === undefined ? {} : { signal: options.signal };
  if (await isThere(session, key, call)) return { handle: makeHandle(key) };
  const given = stagedSchema.safeParse(options.staged);
  const staged = given.success ? given.data : await stageJob(session, spec, call);
  const group = await makeGroup(session, spec, key, staged, call);
  await putSomewhere(session, groupName(key), group, call);
  return { handle: makeHandle(key) };
}

/** @throws `conflict` where something that is not ours holds the name. */
async function isThere(session: Session, key: string, call: CallOptions): Promise<boolean> {
  const group = await session.group(groupName(key), call);
  if (group === undefined) return false;
  if (isOwners(session.context.owner, readTags(group.tags))) return true;
  throw new DestinoError('conflict', `the container group ${groupName(key)} is not of this workspace`);
}

/** In the first region that has room. Whoever was first with the same key has made the very same group. */
async function putSomewhere(session: Session, name: string, group: ContainerGroup, call: CallOptions): Promise<void> {
  const { location, locations, resource_group: resourceGroup } = session.config;
  const client = await session.client();
  let full: DestinoError | undefined;
  for (const each of [location, ...locations]) {
    try {
      await session.told(`make the container group ${name} in ${each}`, call, () => client.containerGroups.beginCreateOrUpdate(resourceGroup, name, { ...group, location: each }, { ...abortable(call), updateIntervalInMs: 1000 }));
      return;
    } catch (error) {
      if ((error as { details?: { armCode?: unknown } }).details?.armCode === 'ContainerGroupTransitioning') return;
      if (!isDestinoError(error, 'no-capacity')) throw error;
      full = toDestinoError(error);
    }
  }
  if (full !== undefined) throw full;
}
