import type { OwnedThing, Owner, ServiceSpec } from '@destino/core/model';
import type { RemoteApi, RemoteJobView } from './remote-api.ts';
import type { Strike } from './remote/job-record.ts';
import { createJobsWorld } from './remote/jobs-world.ts';
import { remoteTime } from './remote/job-view.ts';
import { createPartsWorld } from './remote/parts-world.ts';
import { createServicesWorld, type ServiceRevision } from './remote/services-world.ts';
import { remoteSettingsSchema, type RemoteSettings, type RemoteSettingsInput } from './remote/settings.ts';
import { createTargetsWorld } from './remote/targets-world.ts';
import { createTruth, type Truth } from './remote/truth.ts';

/** The world itself: what drivers may ask of it, what only a test may know, and what a test may do to it. */
export interface FakeRemote extends RemoteApi {
  readonly settings: RemoteSettings;
  readonly truth: Truth;
  /** How a job really stands, whatever readers are told because of visibility and staleness settings. */
  look(key: string): RemoteJobView;
  /** Every byte that a job wrote so far, by source. */
  producedLog(key: string): Record<string, Uint8Array>;
  /** Every revision that a service served, in order. */
  serviceHistory(name: string): readonly ServiceRevision[];
  /** Ends a node of a job, or all, from outside: `{ cause: 'preempted' }`, `{ cause: 'oom', node: 1, code: 137 }`. */
  strike(key: string, strike: Omit<Strike, 'atMs'>): void;
  /** Makes a job vanish, as a reboot does (`conclusive`) or a purge. */
  erase(key: string, how: { conclusive: boolean; reason: string }): void;
  setSlots(slots: number | undefined): void;
  /** A target, or a service, that stands there already and is not ours. */
  plantTarget(name: string, owner?: Owner): void;
  plantService(spec: ServiceSpec, owner: Owner): void;
  targetExists(name: string): boolean;
  readonly jobCount: number;
}

/** The calls that need no time and no world of their own. */
function ownedCalls(parts: readonly { listOwned(owner: Owner): OwnedThing[]; remove(id: string, owner: Owner, host: string): boolean }[], kinds: readonly OwnedThing['what'][]): Pick<RemoteApi, 'listOwned' | 'removeOwned'> {
  return {
    listOwned: ({ owner }) => parts.flatMap((part) => part.listOwned(owner)),
    removeOwned: ({ owner, id, what, host }) => void parts[kinds.indexOf(what)]?.remove(id, owner, host),
  };
}

/**
 * Makes a remote world whose only time is `nowMs`. It holds no timers: what should have happened by now is worked out
 * when somebody asks, so ten thousand jobs cost nothing while nobody does.
 */
export function createFakeRemote(options: { nowMs: () => number } & RemoteSettingsInput): FakeRemote {
  const { nowMs, ...input } = options;
  const settings = remoteSettingsSchema.parse(input);
  const truth: Truth = createTruth(() => jobs.settle());
  const world = { nowMs, settings, truth };
  const parts = createPartsWorld((atMs) => remoteTime(atMs, settings));
  const jobs = createJobsWorld(world, parts);
  const services = createServicesWorld(world);
  const targets = createTargetsWorld(world);
  const { look, producedLog, settle: _settle, strike, erase, setSlots, listOwned: _list, remove: _remove, size: _size, ...jobCalls } = jobs;
  const { history, plant: plantService, listOwned: _listServices, remove: _removeService, ...serviceCalls } = services;
  const { plant: plantTarget, exists, listOwned: _listTargets, remove: _removeTarget, ...targetCalls } = targets;
  const owned = ownedCalls([jobs, services, targets, { listOwned: parts.list, remove: parts.remove }], ['job', 'service', 'target', 'part']);
  return {
    settings,
    truth,
    ...jobCalls,
    ...serviceCalls,
    ...targetCalls,
    ...owned,
    hasContent: ({ hashes }) => hashes.map((hash) => parts.has(hash)),
    putContent: ({ hash, sizeBytes }) => parts.put(hash, sizeBytes),
    look,
    producedLog,
    serviceHistory: history,
    strike,
    erase,
    setSlots,
    plantTarget,
    plantService,
    targetExists: exists,
    get jobCount() {
      return jobs.size;
    },
  };
}

