import type { Jobs } from '@destino/core/driver';
import { errorToData, toDestinoError } from '@destino/core/errors';
import type { Handle, JobInspection, JobSpec, Json } from '@destino/core/model';
import type { JobRef, RemoteJobView } from '../remote-api.ts';
import { jobRef } from './refs.ts';
import { streamLog } from './log-stream.ts';
import type { Session } from './session.ts';
import { stageContent } from './stage-content.ts';
import { readState } from './state.ts';

function handleOf(session: Session, ref: JobRef): Handle {
  return session.handle(ref.record, { what: 'job', ...ref });
}

function inspection(session: Session, handle: Handle, view: RemoteJobView | undefined): JobInspection {
  if (view === undefined) {
    const error = toDestinoError(`the remote cannot read the handle '${handle.id}'`);
    return { seen: 'unknown', error: errorToData(error) };
  }
  if (view.seen === 'absent') return view;
  const { record, ...rest } = view;
  const ref = jobRef(handle);
  return record === ref.record ? rest : { ...rest, handle: handleOf(session, { key: ref.key, record }) };
}

/** The spec with its programme under `fake`, whatever kind this driver goes by. */
function withProgramme(spec: JobSpec, kind: string): JobSpec {
  const programme = spec.resources.properties[kind] ?? spec.resources.properties['fake'] ?? {};
  return { ...spec, resources: { ...spec.resources, properties: { fake: programme } } };
}

async function resolveSecrets(session: Session, spec: JobSpec, signal: AbortSignal | undefined): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [name, reference] of Object.entries(spec.secrets)) {
    values[name] = await session.context.secrets.resolve(reference, signal === undefined ? {} : { signal });
  }
  return values;
}

function submitVerb(session: Session): Jobs['submit'] {
  const { link } = session;
  return (spec, options) =>
    session.run({ op: 'jobs.submit', key: options.key, fence: options.fence }, options, async (tweak) => {
      if (tweak.busy !== undefined) return { busy: tweak.busy.reason, retryAfterMs: tweak.busy.retryAfterMs };
      if (link.settings.once === 'guarded') {
        const there = await link.findJob({ key: options.key });
        if ('ref' in there) return { handle: handleOf(session, there.ref) };
      }
      const secrets = await resolveSecrets(session, spec, options.signal);
      const target = await link.readTarget({ name: session.targetName });
      if (target.seen === 'yes' && target.state !== 'ready') {
        return { busy: { code: 'target-not-ready', text: `the target is ${target.state}` }, retryAfterMs: link.settings.retryAfterMs };
      }
      const staged: { staged?: Json } = options.staged === undefined ? {} : { staged: options.staged };
      const call = { ...session.caller(options.fence), key: options.key, target: session.targetName, spec: withProgramme(spec, session.kind), secrets, ...staged };
      const created = await link.createJob(call);
      return 'busy' in created ? created : { handle: handleOf(session, created.ref) };
    });
}

function inspectVerb(session: Session): Jobs['inspect'] {
  return (handles, options) =>
    session.run({ op: 'jobs.inspect', handles }, options, async (tweak) => {
      if (tweak.absent === true) return handles.map(() => ({ seen: 'absent', conclusive: false, reasons: [] }));
      const known = handles.filter((handle) => readState(handle.state)?.what === 'job');
      const views = await session.link.readJobs({ refs: known.map(jobRef), staleMs: tweak.staleMs ?? 0 });
      return handles.map((handle) => inspection(session, handle, views[known.indexOf(handle)]));
    });
}

/** The jobs facet of one opened fake target. */
export function fakeJobs(session: Session): Jobs {
  const { link } = session;
  return {
    stage: (spec, options) => session.run({ op: 'jobs.stage', key: options.key, fence: options.fence }, options, () => stageContent(session, spec.snapshot, options)),
    admit: (spec, options) =>
      session.run({ op: 'jobs.admit' }, options, () => {
        const slots = link.settings.slots ?? Number.POSITIVE_INFINITY;
        if (spec.resources.nodes <= slots) return { admitted: true };
        return { admitted: false, reasons: [{ code: 'too-many-nodes', text: `it wants ${spec.resources.nodes} nodes of ${slots}` }] };
      }),
    submit: submitVerb(session),
    find: (key, options) =>
      session.run({ op: 'jobs.find', key }, options, async (tweak) => {
        const found = tweak.absent === true ? { absent: true, conclusive: false } : await link.findJob({ key });
        return 'ref' in found ? { found: true, handle: handleOf(session, found.ref) } : { found: false, conclusive: found.conclusive };
      }),
    inspect: inspectVerb(session),
    logs: (handle, options) => streamLog(session, handle, 'jobs.logs', options, (since, maxBytes) => link.readLog({ ref: jobRef(handle), since, maxBytes })),
    cancel: (handle, options) =>
      session.run({ op: 'jobs.cancel', handles: [handle] }, options, () => link.cancelJob({ ref: jobRef(handle), host: session.host, graceMs: options.graceMs })),
    outputs: async function* (handle, options) {
      yield* await session.run({ op: 'jobs.outputs', handles: [handle] }, options, () => link.listOutputs({ ref: jobRef(handle) }));
    },
    fetchOutput: async function* (handle, file, options) {
      const call = { ref: jobRef(handle), output: file.output, path: file.path, from: options?.from ?? 0 };
      yield await session.run({ op: 'jobs.fetchOutput', handles: [handle] }, options, () => link.readOutput(call));
    },
    release: (handle, options) => session.run({ op: 'jobs.release', handles: [handle] }, options, () => link.releaseJob({ ref: jobRef(handle), host: session.host })),
  };
}
