import { DestinoError } from '@destino/core/errors';
import type { OwnedThing, Owner, TargetState } from '@destino/core/model';
import type { RemoteApi, RemoteTargetView, TargetCall } from '../remote-api.ts';
import { absent, remoteTime } from './job-view.ts';
import { sameOwner } from './parts-world.ts';
import type { Effect } from './truth.ts';
import type { WorldPart } from './world-part.ts';

type TargetsApi = Pick<RemoteApi, 'provisionTarget' | 'readTarget' | 'updateTarget' | 'deprovisionTarget' | 'attachTarget' | 'detachTarget' | 'powerTarget'>;

type Target = { name: string; owner?: Owner; key?: string; createdAtMs: number; change?: { state: TargetState; untilMs: number }; settled: TargetState; attachedBy: Owner[] };

export interface TargetsWorld extends TargetsApi {
  /** A target that somebody made by hand, or another workspace did. */
  plant(name: string, owner?: Owner): void;
  /** Whether it stands, really. */
  exists(name: string): boolean;
  listOwned(owner: Owner): OwnedThing[];
  remove(name: string, owner: Owner): boolean;
}

export function createTargetsWorld(world: WorldPart): TargetsWorld {
  const { settings, truth, nowMs } = world;
  const targets = new Map<string, Target>();
  const stateOf = (target: Target): TargetState => (target.change !== undefined && nowMs() < target.change.untilMs ? target.change.state : target.settled);
  const standing = (name: string): Target | undefined => {
    const target = targets.get(name);
    return target === undefined || stateOf(target) === 'gone' ? undefined : target;
  };
  const need = (name: string): Target => {
    const target = standing(name);
    if (target === undefined) throw new DestinoError('not-found', `the remote has no target '${name}'`);
    return target;
  };
  const turn = (target: Target, state: TargetState, settled: TargetState): void => {
    target.change = { state, untilMs: nowMs() + settings.targetChangeMs };
    target.settled = settled;
  };
  const note = (call: Pick<TargetCall, 'name' | 'host'> & Partial<TargetCall>, op: string, outcome: Effect['outcome']): void =>
    truth.record({ atMs: nowMs(), op, outcome, id: call.name, host: call.host, ...(call.key !== undefined && { key: call.key }), ...(call.fence !== undefined && { fence: call.fence }) });
  const owned = (target: Target, owner: Owner): boolean => target.owner !== undefined && sameOwner(target.owner, owner);
  const view = (target: Target): RemoteTargetView => {
    const state = stateOf(target);
    const waits = state === 'creating' || state === 'starting';
    const reasons = waits ? [{ code: 'changing', text: `the target is ${state}` }] : [];
    return { seen: 'yes', state, rawState: `fake-${state}`, attributes: { attached: target.attachedBy.length }, reasons };
  };

  return {
    provisionTarget: (call) => {
      const there = standing(call.name);
      if (there !== undefined && (there.key !== call.key || !owned(there, call.owner))) {
        throw new DestinoError('conflict', `a target '${call.name}' without our key exists`, { hint: 'attach it instead' });
      }
      note(call, 'provisionTarget', there === undefined ? 'made' : 'repeated');
      if (there !== undefined) return;
      const target: Target = { name: call.name, owner: call.owner, key: call.key, createdAtMs: nowMs(), settled: 'ready', attachedBy: [] };
      turn(target, 'creating', 'ready');
      targets.set(call.name, target);
    },
    readTarget: ({ name }) => {
      const target = standing(name);
      if (target === undefined) return absent(targets.has(name) && settings.tombstones, 'unknown-name', 'no target of that name is listed');
      if (nowMs() < target.createdAtMs + settings.visibleAfterMs) return absent(false, 'not-visible-yet', 'no target of that name is listed');
      return view(target);
    },
    updateTarget: (call) => {
      note(call, 'updateTarget', 'changed');
      turn(need(call.name), 'updating', 'ready');
    },
    deprovisionTarget: (call) => {
      const target = standing(call.name);
      if (target !== undefined && !owned(target, call.owner)) {
        note(call, 'deprovisionTarget', 'refused');
        throw new DestinoError('conflict', `the target '${call.name}' is not ours to delete`, { hint: 'detach it instead' });
      }
      note(call, 'deprovisionTarget', target === undefined ? 'nothing' : 'removed');
      if (target !== undefined) turn(target, 'deleting', 'gone');
    },
    attachTarget: (call) => {
      const target = need(call.name);
      const again = target.attachedBy.some((owner) => sameOwner(owner, call.owner));
      note(call, 'attachTarget', again ? 'repeated' : 'changed');
      if (!again) target.attachedBy.push(call.owner);
    },
    detachTarget: (call) => {
      const target = standing(call.name);
      note(call, 'detachTarget', target === undefined ? 'nothing' : 'changed');
      if (target !== undefined) target.attachedBy = target.attachedBy.filter((owner) => !sameOwner(owner, call.owner));
    },
    powerTarget: (call) => {
      const target = need(call.name);
      const already = target.settled === (call.on ? 'ready' : 'stopped');
      note(call, call.on ? 'startTarget' : 'stopTarget', already ? 'nothing' : 'changed');
      if (!already) turn(target, call.on ? 'starting' : 'stopping', call.on ? 'ready' : 'stopped');
    },
    plant: (name, owner) =>
      void targets.set(name, { name, ...(owner !== undefined && { owner, key: 'planted' }), createdAtMs: nowMs(), settled: 'ready', attachedBy: [] }),
    exists: (name) => standing(name) !== undefined,
    listOwned: (owner) =>
      [...targets.values()]
        .filter((target) => owned(target, owner) && stateOf(target) !== 'gone')
        .map((target) => ({ id: target.name, what: 'target', ...owner, ...(target.key !== undefined && { key: target.key }), createdAt: remoteTime(target.createdAtMs, settings) })),
    remove: (name, owner) => {
      const target = standing(name);
      if (target !== undefined && !owned(target, owner)) throw new DestinoError('conflict', `the target '${name}' carries another owner's mark`);
      if (target !== undefined) turn(target, 'deleting', 'gone');
      return target !== undefined;
    },
  };
}
