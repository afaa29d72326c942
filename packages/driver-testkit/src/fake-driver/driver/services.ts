import type { Connection, Services } from '@destino/core/driver';
import { errorToData, toDestinoError } from '@destino/core/errors';
import type { Handle, ServiceInspection, ServiceSpec } from '@destino/core/model';
import type { RemoteServiceView } from '../remote-api.ts';
import { streamLog } from './log-stream.ts';
import { serviceName } from './refs.ts';
import type { Session } from './session.ts';
import { stageContent } from './stage-content.ts';
import { readState } from './state.ts';

export type ConnectService = (name: string) => Promise<{ origin: string; close(): Promise<void> }>;

function inspection(handle: Handle, view: RemoteServiceView | undefined): ServiceInspection {
  if (view === undefined) return { seen: 'unknown', error: errorToData(toDestinoError(`the remote cannot read the handle '${handle.id}'`)) };
  if (view.seen === 'absent') return view;
  const { want, ready, failed, unreachable, ...rest } = view;
  return { ...rest, copies: { want, ready, failed, unreachable } };
}

function withProgramme(spec: ServiceSpec, kind: string): ServiceSpec {
  const programme = spec.resources.properties[kind] ?? spec.resources.properties['fake'] ?? {};
  return { ...spec, resources: { ...spec.resources, properties: { fake: programme } } };
}

function inspectVerb(session: Session): Services['inspect'] {
  return (handles, options) =>
    session.run({ op: 'services.inspect', handles }, options, async (tweak) => {
      if (tweak.absent === true) return handles.map(() => ({ seen: 'absent', conclusive: false, reasons: [] }));
      const known = handles.filter((handle) => readState(handle.state)?.what === 'service');
      const views = await session.link.readServices({ names: known.map(serviceName), staleMs: tweak.staleMs ?? 0 });
      return handles.map((handle) => inspection(handle, views[known.indexOf(handle)]));
    });
}

function connectVerb(session: Session, connect: ConnectService | undefined): Services['connect'] {
  return (handle, options) =>
    session.run<Connection>({ op: 'services.connect', handles: [handle] }, options, async () => {
      if (connect === undefined) return { none: { code: 'no-http', text: 'a fake service has no network address', fix: 'use invoke' } };
      const [view] = await session.link.readServices({ names: [serviceName(handle)], staleMs: 0 });
      if (view?.seen !== 'yes') return { none: { code: 'absent', text: `there is no service '${handle.id}'` } };
      return connect(serviceName(handle));
    });
}

/** The services facet of one opened fake target. */
export function fakeServices(session: Session, connect: ConnectService | undefined): Services {
  const { link } = session;
  const handleOf = (name: string, key: string): Handle => session.handle(name, { what: 'service', name, key });
  return {
    stage: (spec, options) =>
      session.run({ op: 'services.stage', key: options.key, fence: options.fence }, options, () => stageContent(session, spec.model?.snapshot, options)),
    deploy: (spec, options) =>
      session.run({ op: 'services.deploy', key: options.key, fence: options.fence }, options, async () => {
        const { name } = await link.deployService({ ...session.caller(options.fence), key: options.key, spec: withProgramme(spec, session.kind) });
        return { handle: handleOf(name, options.key) };
      }),
    find: (key, options) =>
      session.run({ op: 'services.find', key }, options, async (tweak) => {
        const found = tweak.absent === true ? { absent: true, conclusive: false } : await link.findService({ key });
        return 'ref' in found ? { found: true, handle: handleOf(found.ref, key) } : { found: false, conclusive: found.conclusive };
      }),
    inspect: inspectVerb(session),
    logs: (handle, options) =>
      streamLog(session, handle, 'services.logs', options, (since, maxBytes) => link.readServiceLog({ name: serviceName(handle), since, maxBytes })),
    update: (handle, spec, options) =>
      session.run({ op: 'services.update', key: options.key, fence: options.fence, handles: [handle] }, options, async () => {
        const name = serviceName(handle);
        await link.updateService({ ...session.caller(options.fence), key: options.key, name, spec: withProgramme(spec, session.kind) });
        return { handle };
      }),
    connect: connectVerb(session, connect),
    invoke: (handle, request, options) =>
      session.run({ op: 'services.invoke', handles: [handle] }, options, async () => {
        const answer = await link.invokeService({ name: serviceName(handle), body: request.body, contentType: request.contentType });
        return { status: answer.status, contentType: answer.contentType, headers: { 'x-revision': String(answer.revision) }, body: answer.body };
      }),
    undeploy: (handle, options) =>
      session.run({ op: 'services.undeploy', handles: [handle] }, options, () => link.undeployService({ name: serviceName(handle), host: session.host })),
  };
}
