import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, DriverContext, EffectOptions, Services } from '@destino/core/driver';
import { DestinoError } from '@destino/core/errors';
import type { Handle, ServiceSpec } from '@destino/core/model';
import { makeHandle, readHandle } from '../handle.ts';
import { jobFiles } from '../layout.ts';
import type { LocalMachine } from '../local-machine.ts';
import { readLogs } from '../logs.ts';
import { heed, told } from '../map-error.ts';
import { readRecord } from '../record-file.ts';
import { inspectService, lives } from './inspect-service.ts';
import { removeService } from './remove-service.ts';
import { revisionsOf } from './revisions.ts';
import { isStanding, markPart, serviceKeyOf, statusOf, takeName } from './service-files.ts';
import { startService } from './start-service.ts';
import { bringRevision, tellRevision } from './write-revision.ts';

/** Services as jobs of the machine's helper that do not end: each a scoring host on a port of the loopback. */
export function localServices(here: LocalMachine, context: DriverContext): Services {
  const handleOf = (key: string): Handle => makeHandle(key, { folder: join(here.places.jobs, key), bootId: here.machine.bootId });
  const ended = (handle: Handle): boolean => {
    const record = readRecord(jobFiles(readHandle(handle).folder).record);
    return record === undefined || record.ended !== undefined || (record.claimed !== undefined && !lives(record, here));
  };
  return {
    stage: async (spec, options) =>
      told('bring the code and the model of the service', options, async () => {
        await here.prepare();
        const files = jobFiles(join(here.places.jobs, options.key));
        if (!existsSync(files.released)) await bringRevision(spec, files, context, options);
        return { key: options.key };
      }),
    deploy: async (spec, options) => told('deploy the service', options, async () => {
      await deploy(here, context, spec, options);
      return { handle: handleOf(serviceKeyOf(join(here.places.jobs, options.key)) ?? options.key) };
    }),
    find: async (key, options) => {
      heed(options);
      const own = serviceKeyOf(join(here.places.jobs, key)) ?? key;
      const files = jobFiles(join(here.places.jobs, own));
      const there = existsSync(files.record) && existsSync(files.about) && !existsSync(files.released);
      return there ? { found: true, handle: handleOf(own) } : { found: false, conclusive: true };
    },
    inspect: async (handles, options) => {
      heed(options);
      const views = handles.map((handle) => inspectService(handle, here));
      if (views.some((view) => view.seen === 'yes' && view.rawState === 'queued')) await told('start the queue of this machine', options, () => here.server.ensure());
      return views;
    },
    logs: (handle, options) => readLogs(jobFiles(readHandle(handle).folder), { ...options, clock: context.clock, finished: () => ended(handle) }),
    update: async (handle, spec, options) => told('update the service', options, async () => ({ handle: handleOf(await update(here, context, handle, spec, options)) })),
    connect: async (handle, options) => {
      heed(options);
      return connect(handle, here);
    },
    undeploy: async (handle, options) => told('remove the service', options, async () => await removeService(here, readHandle(handle).key)),
  };
}

async function deploy(here: LocalMachine, context: DriverContext, spec: ServiceSpec, options: EffectOptions, former?: string): Promise<void> {
  const { key } = options;
  await here.prepare();
  const files = jobFiles(join(here.places.jobs, key));
  if (existsSync(files.released) || existsSync(files.claim)) return;
  takeName(here.places, context.owner, spec.name, key, (holder) => isStanding(here.places, holder));
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  await bringRevision(spec, files, context, options);
  await tellRevision({ spec, key, serviceKey: key, here, context, script: await here.server.prepare() }, options);
  await startService({ spec, key, here, context, ...(former !== undefined && { former }) }, options);
}

/** The key of the service as it is now: its own, or, where its host was gone, the one under which it stands anew. */
async function update(here: LocalMachine, context: DriverContext, handle: Handle, spec: ServiceSpec, options: EffectOptions): Promise<string> {
  await here.prepare();
  const { key: serviceKey, folder, bootId } = readHandle(handle);
  if ((revisionsOf(folder).at(-1) ?? 0) >= spec.revision) return serviceKey;
  const files = jobFiles(folder);
  const record = readRecord(files.record);
  if (existsSync(files.released)) throw new DestinoError('not-found', `the service ${spec.name} was removed`, { scope: spec.name, hint: 'deploy it anew' });
  const gone = record === undefined || record.ended !== undefined || bootId !== here.machine.bootId || (record.claimed !== undefined && !lives(record, here));
  if (gone) {
    await removeService(here, serviceKey);
    await deploy(here, context, spec, options, folder);
    return options.key;
  }
  const part = jobFiles(join(here.places.jobs, options.key));
  await mkdir(part.folder, { recursive: true, mode: 0o700 });
  markPart(part.folder, serviceKey);
  await bringRevision(spec, part, context, options);
  await tellRevision({ spec, key: options.key, serviceKey, here, context, script: await here.server.prepare() }, options);
  return serviceKey;
}

function connect(handle: Handle, here: LocalMachine): Connection {
  const view = inspectService(handle, here);
  if (view.seen === 'absent') return { none: view.reasons[0] ?? { code: 'absent', text: 'the service is not there' } };
  if (view.seen === 'unknown') return { none: { code: view.error.code, text: view.error.message } };
  const status = statusOf(readHandle(handle).folder);
  if (status?.revision === undefined || view.state === 'removing') return { none: view.reasons[0] ?? { code: view.rawState, text: `the service is ${view.state}` } };
  return { origin: `http://127.0.0.1:${status.port}`, close: async () => undefined };
}
