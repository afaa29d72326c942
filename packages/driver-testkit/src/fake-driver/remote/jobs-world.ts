import { DestinoError } from '@destino/core/errors';
import type { OwnedThing, Owner, Reason } from '@destino/core/model';
import type { CreateJob, JobCreated, JobRef, RemoteApi, RemoteJobView } from '../remote-api.ts';
import { programmeSchema } from '../programme.ts';
import type { JobRecord, Strike } from './job-record.ts';
import { createJobScheduler } from './job-scheduler.ts';
import { absent, remoteTime, viewJob } from './job-view.ts';
import { joinBySource } from './log-production.ts';
import { outputsApi, readJobLog, recordLines } from './job-data.ts';
import type { PartsWorld } from './parts-world.ts';
import type { WorldPart } from './world-part.ts';

type JobsApi = Pick<RemoteApi, 'createJob' | 'findJob' | 'readJobs' | 'readLog' | 'cancelJob' | 'listOutputs' | 'readOutput' | 'releaseJob'>;

export interface JobsWorld extends JobsApi {
  /** Every byte that the job under `key` wrote so far, by source; of its claim's holder, or of its first record. */
  producedLog(key: string): Record<string, Uint8Array>;
  /** How the job under `key` really stands, whatever readers are told. */
  look(key: string): RemoteJobView;
  /** Ends a node, or all, from outside. */
  strike(key: string, strike: Omit<Strike, 'atMs'>): void;
  /** Makes the records of a key vanish. */
  erase(key: string, reason: { conclusive: boolean; reason: string }): void;
  setSlots(slots: number | undefined): void;
  listOwned(owner: Owner): OwnedThing[];
  remove(id: string, owner: Owner, host: string): boolean;
  /** Lets everything happen that is due. */
  settle(): void;
  readonly size: number;
}

export function createJobsWorld(world: WorldPart, parts: PartsWorld): JobsWorld {
  const { settings, truth } = world;
  const scheduler = createJobScheduler(settings, truth);
  const byKey = new Map<string, JobRecord[]>();
  const now = (): number => {
    const nowMs = world.nowMs();
    scheduler.settle(nowMs);
    return nowMs;
  };
  const recordsOf = (key: string): readonly JobRecord[] => byKey.get(key) ?? [];
  /** The record that a reader of `ref` is shown: the holder of the claim, else its own. */
  const resolve = (ref: JobRef): JobRecord | undefined => {
    const records = recordsOf(ref.key);
    const own = records.find((record) => record.id === ref.record);
    if (settings.once === 'best-effort') return own ?? records[0];
    const holder = scheduler.claimOf(ref.key);
    return records.find((record) => record.id === holder) ?? own ?? records[0];
  };
  const need = (ref: JobRef): JobRecord => {
    const record = resolve(ref);
    const gone = record === undefined || viewJob(record, now(), 0, settings).seen === 'absent';
    if (gone) throw new DestinoError('not-found', `the remote has no job '${ref.record}'`);
    return record;
  };
  const look = (ref: JobRef, staleMs = 0): RemoteJobView => {
    const nowMs = now();
    const record = resolve(ref);
    if (record === undefined) return absent(false, 'unknown-name', 'nothing of that name is listed');
    return viewJob(record, nowMs - staleMs, record.slotAtMs === undefined ? scheduler.ahead(record) : 0, settings);
  };
  const live = (): number => [...byKey.values()].flat().filter((record) => (scheduler.endOf(record) ?? Number.POSITIVE_INFINITY) > world.nowMs()).length;

  const refuse = (call: CreateJob, nowMs: number): Reason | undefined => {
    const { refuse: code } = programmeSchema.parse(call.spec.resources.properties['fake'] ?? {});
    const overQuota = settings.quotaJobs !== undefined && live() >= settings.quotaJobs;
    const refusal = code ?? (overQuota ? 'quota' : undefined);
    if (refusal !== undefined) {
      truth.record({ atMs: nowMs, op: 'createJob', outcome: 'refused', key: call.key, fence: call.fence, host: call.host });
      throw new DestinoError(refusal, `the remote refused the job '${call.spec.name}'`, { hint: 'change resources.properties.fake.refuse' });
    }
    const full = settings.queue === 'engine' && call.spec.resources.nodes > scheduler.freeSlots;
    return full ? { code: 'no-slot', text: 'all nodes are taken' } : undefined;
  };
  const add = (call: CreateJob, nowMs: number): JobRecord => {
    const records = byKey.get(call.key) ?? [];
    const programme = programmeSchema.parse(call.spec.resources.properties['fake'] ?? {});
    const secretLengths = Object.fromEntries(Object.entries(call.secrets).map(([name, value]) => [name, value.length]));
    const id = records.length === 0 ? call.key : `${call.key}-${records.length + 1}`;
    const record: JobRecord = { id, key: call.key, target: call.target, owner: call.owner, spec: call.spec, programme, secretLengths, createdAtMs: nowMs, strikes: [], version: 0 };
    byKey.set(call.key, [...records, record]);
    if (Object.keys(call.secrets).length > 0) parts.add({ id: `secret-${id}`, key: call.key, owner: call.owner, createdAtMs: nowMs });
    scheduler.enqueue(record, nowMs);
    return record;
  };
  const createJob = (call: CreateJob): JobCreated => {
    const nowMs = now();
    const effect = { atMs: nowMs, op: 'createJob', key: call.key, fence: call.fence, host: call.host } as const;
    const first = recordsOf(call.key)[0];
    if (first !== undefined && settings.once === 'remote') {
      truth.record({ ...effect, outcome: 'repeated', id: first.id });
      return { ref: { key: call.key, record: first.id } };
    }
    const busy = refuse(call, nowMs);
    if (busy !== undefined) return { busy, retryAfterMs: settings.retryAfterMs };
    const record = add(call, nowMs);
    truth.record({ ...effect, outcome: 'made', id: record.id });
    return { ref: { key: call.key, record: record.id } };
  };
  const cancelJob: JobsApi['cancelJob'] = ({ ref, host, graceMs }) => {
    const nowMs = now();
    const live = recordsOf(ref.key).filter((record) => record.cancel === undefined && (scheduler.endOf(record) ?? Number.POSITIVE_INFINITY) > nowMs);
    truth.record({ atMs: nowMs, op: 'cancelJob', outcome: live.length > 0 ? 'changed' : 'nothing', key: ref.key, id: ref.record, host });
    if (byKey.has(ref.key)) scheduler.closeClaim(ref.key);
    for (const record of live) {
      record.cancel = { atMs: nowMs, graceMs };
      scheduler.replan(record, nowMs);
    }
  };
  const releaseJob: JobsApi['releaseJob'] = ({ ref, host }) => {
    const nowMs = now();
    const held = recordsOf(ref.key).filter((record) => record.releasedAtMs === undefined);
    truth.record({ atMs: nowMs, op: 'releaseJob', outcome: held.length > 0 ? 'removed' : 'nothing', key: ref.key, id: ref.record, host });
    for (const record of held) record.releasedAtMs = nowMs;
    parts.removeOf(ref.key);
  };
  const changeAll = (key: string, change: (record: JobRecord, nowMs: number) => void): void => {
    const nowMs = now();
    for (const record of recordsOf(key)) {
      change(record, nowMs);
      scheduler.replan(record, nowMs);
    }
  };

  return {
    createJob,
    findJob: ({ key }) => {
      const first = recordsOf(key)[0];
      const view = first === undefined ? absent(false, '', '') : look({ key, record: first.id });
      if (view.seen === 'yes') return { ref: { key, record: view.record } };
      return { absent: true, conclusive: first === undefined ? settings.visibleAfterMs === 0 : view.conclusive };
    },
    readJobs: ({ refs, staleMs }) => refs.map((ref) => look(ref, staleMs)),
    readLog: ({ ref, since, maxBytes }) => readJobLog(need(ref), { since, maxBytes }, now(), settings, scheduler),
    cancelJob,
    releaseJob,
    ...outputsApi(need, now, scheduler),
    producedLog: (key) => {
      const record = resolve({ key, record: key });
      return record === undefined ? {} : joinBySource(recordLines(record, now(), settings));
    },
    settle: () => void now(),
    look: (key) => look({ key, record: key }),
    strike: (key, strike) => changeAll(key, (record, atMs) => record.strikes.push({ ...strike, atMs })),
    erase: (key, erased) => changeAll(key, (record) => (record.erased = erased)),
    setSlots: (slots) => scheduler.setSlots(slots, now()),
    listOwned: (owner) =>
      [...byKey.values()]
        .flat()
        .filter((record) => record.owner.workspace === owner.workspace && record.owner.incarnation === owner.incarnation)
        .filter((record) => viewJob(record, now(), 0, settings).seen === 'yes')
        .map((record) => ({ id: record.id, what: 'job', ...record.owner, key: record.key, createdAt: remoteTime(record.createdAtMs, settings) })),
    remove: (id, owner, host) => {
      const record = [...byKey.values()].flat().find((each) => each.id === id);
      if (record === undefined) return false;
      if (record.owner.workspace !== owner.workspace || record.owner.incarnation !== owner.incarnation) {
        throw new DestinoError('conflict', `the job '${id}' carries another owner's mark`);
      }
      cancelJob({ ref: { key: record.key, record: id }, host, graceMs: 0 });
      releaseJob({ ref: { key: record.key, record: id }, host });
      return true;
    },
    get size() {
      return byKey.size;
    },
  };
}
