import { DestinoError } from '@destino/core/errors';
import type { OwnedThing, Owner, ServiceSpec } from '@destino/core/model';
import type { PutService, RemoteApi, RemoteServiceView } from '../remote-api.ts';
import { serviceProgrammeSchema, type ServiceProgramme } from '../programme.ts';
import { absent, remoteTime } from './job-view.ts';
import { produceLines, sliceLog } from './log-production.ts';
import { sameOwner } from './parts-world.ts';
import type { WorldPart } from './world-part.ts';

type ServicesApi = Pick<RemoteApi, 'deployService' | 'findService' | 'readServices' | 'readServiceLog' | 'updateService' | 'invokeService' | 'undeployService'>;

/** One change of what a service serves. */
export type ServiceRevision = { atMs: number; revision: number; key: string; fence: number; host: string };

type Service = { name: string; owner: Owner; key: string; spec: ServiceSpec; createdAtMs: number; changedAtMs: number; changeMs: number; history: ServiceRevision[]; removed: boolean };

export interface ServicesWorld extends ServicesApi {
  /** Every revision that a service served, in order; also after its removal. */
  history(name: string): readonly ServiceRevision[];
  /** A service that stands there already, of somebody else's. */
  plant(spec: ServiceSpec, owner: Owner): void;
  listOwned(owner: Owner): OwnedThing[];
  remove(name: string, owner: Owner): boolean;
}

function programmeOf(spec: ServiceSpec): ServiceProgramme {
  return serviceProgrammeSchema.parse(spec.resources.properties['fake'] ?? {});
}

function viewService(service: Service, atMs: number): RemoteServiceView {
  const { failedCopies: failed, unreachableCopies: unreachable } = programmeOf(service.spec);
  const want = service.spec.copies.min;
  const changing = atMs < service.changedAtMs + service.changeMs;
  const ready = changing ? 0 : Math.max(0, want - failed - unreachable);
  const base = { seen: 'yes' as const, revision: service.spec.revision, want, ready, failed, unreachable };
  if (changing) {
    const state = service.history.length > 1 ? 'updating' : 'deploying';
    return { ...base, state, rawState: 'Transitioning', reasons: [{ code: 'starting', text: 'its copies start' }] };
  }
  if (ready === want) return { ...base, state: 'healthy', rawState: 'Healthy', reasons: [] };
  return { ...base, state: 'unhealthy', rawState: 'Degraded', reasons: [{ code: 'copies', text: `${ready} of ${want} copies are ready` }] };
}

function newService(call: PutService, nowMs: number): Service {
  const first = { atMs: nowMs, revision: call.spec.revision, key: call.key, fence: call.fence, host: call.host };
  const { name } = call.spec;
  return { name, owner: call.owner, key: call.key, spec: call.spec, createdAtMs: nowMs, changedAtMs: nowMs, changeMs: programmeOf(call.spec).deployMs, history: [first], removed: false };
}

export function createServicesWorld(world: WorldPart): ServicesWorld {
  const { settings, truth, nowMs } = world;
  const services = new Map<string, Service>();
  const standing = (name: string): Service | undefined => {
    const service = services.get(name);
    return service === undefined || service.removed ? undefined : service;
  };
  const need = (name: string): Service => {
    const service = standing(name);
    if (service === undefined) throw new DestinoError('not-found', `the remote has no service '${name}'`);
    return service;
  };
  const note = (call: PutService, op: string, outcome: 'made' | 'repeated' | 'changed' | 'nothing'): void =>
    truth.record({ atMs: nowMs(), op, outcome, key: call.key, id: call.spec.name, fence: call.fence, host: call.host, revision: call.spec.revision });
  const look = (name: string, atMs: number): RemoteServiceView => {
    const service = services.get(name);
    if (service === undefined || service.removed) return absent(service !== undefined && settings.tombstones, 'unknown-name', 'no service of that name is listed');
    if (atMs < service.createdAtMs + settings.visibleAfterMs) return absent(false, 'not-visible-yet', 'no service of that name is listed');
    return viewService(service, atMs);
  };
  const remove = (service: Service): void => {
    service.removed = true;
  };
  return {
    deployService: (call) => {
      const there = standing(call.spec.name);
      if (there !== undefined && (there.key !== call.key || !sameOwner(there.owner, call.owner))) {
        throw new DestinoError('conflict', `a service '${call.spec.name}' without our key exists`, { hint: 'choose another name' });
      }
      note(call, 'deployService', there === undefined ? 'made' : 'repeated');
      if (there === undefined) services.set(call.spec.name, newService(call, nowMs()));
      return { name: call.spec.name };
    },
    findService: ({ key }) => {
      const service = [...services.values()].find((each) => !each.removed && each.history.some((entry) => entry.key === key));
      const view = service === undefined ? undefined : look(service.name, nowMs());
      if (service !== undefined && view?.seen === 'yes') return { ref: service.name };
      return { absent: true, conclusive: service === undefined && settings.visibleAfterMs === 0 };
    },
    readServices: ({ names, staleMs }) => names.map((name) => look(name, nowMs() - staleMs)),
    readServiceLog: ({ name, since, maxBytes }) => {
      const service = services.get(name) ?? need(name);
      const writers = [{ source: 'copy-0', node: 0, fromMs: service.createdAtMs, untilMs: Number.POSITIVE_INFINITY }];
      return sliceLog(produceLines(programmeOf(service.spec).log, writers, nowMs()), service.removed, { since, maxBytes });
    },
    updateService: (call) => {
      const service = need(call.name);
      const grows = call.spec.revision > service.spec.revision;
      note(call, 'updateService', grows ? 'changed' : 'nothing');
      if (!grows) return;
      service.spec = call.spec;
      service.changedAtMs = nowMs();
      service.changeMs = programmeOf(call.spec).updateMs;
      service.history.push({ atMs: nowMs(), revision: call.spec.revision, key: call.key, fence: call.fence, host: call.host });
    },
    invokeService: ({ name, body, contentType }) => {
      const { spec } = need(name);
      return { status: 200, contentType, revision: spec.revision, body };
    },
    undeployService: ({ name, host }) => {
      const service = standing(name);
      truth.record({ atMs: nowMs(), op: 'undeployService', outcome: service === undefined ? 'nothing' : 'removed', id: name, host });
      if (service !== undefined) remove(service);
    },
    history: (name) => services.get(name)?.history ?? [],
    plant: (spec, owner) => void services.set(spec.name, newService({ spec, owner, key: '', fence: 0, host: '' }, nowMs())),
    listOwned: (owner) =>
      [...services.values()]
        .filter((service) => !service.removed && sameOwner(service.owner, owner))
        .map((service) => ({ id: service.name, what: 'service', ...service.owner, key: service.key, createdAt: remoteTime(service.createdAtMs, settings) })),
    remove: (name, owner) => {
      const service = standing(name);
      if (service !== undefined && !sameOwner(service.owner, owner)) throw new DestinoError('conflict', `the service '${name}' carries another owner's mark`);
      if (service !== undefined) remove(service);
      return service !== undefined;
    },
  };
}
