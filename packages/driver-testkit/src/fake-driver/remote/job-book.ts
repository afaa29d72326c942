import { DestinoError } from '@destino/core/errors';
import type { JobRef, RemoteJobView } from '../remote-api.ts';
import type { JobRecord } from './job-record.ts';
import { createJobScheduler, type JobScheduler } from './job-scheduler.ts';
import { absent, viewJob } from './job-view.ts';
import type { WorldPart } from './world-part.ts';

/** All records of jobs, and what is to be seen of them. */
export interface JobBook {
  readonly world: WorldPart;
  readonly scheduler: JobScheduler;
  /** The time, after everything that is due has happened. */
  now(): number;
  add(record: JobRecord): void;
  recordsOf(key: string): readonly JobRecord[];
  all(): JobRecord[];
  /** The record that a reader of `ref` is shown: the holder of the claim, else its own, else the first. */
  resolve(ref: JobRef): JobRecord | undefined;
  look(ref: JobRef, staleMs?: number): RemoteJobView;
  /** @throws `not-found` where readers see nothing. */
  need(ref: JobRef): JobRecord;
  /** Not ended by now. */
  isLive(record: JobRecord, nowMs: number): boolean;
  readonly size: number;
}

export function createJobBook(world: WorldPart): JobBook {
  const { settings } = world;
  const scheduler = createJobScheduler(settings, world.truth);
  const byKey = new Map<string, JobRecord[]>();
  const recordsOf = (key: string): readonly JobRecord[] => byKey.get(key) ?? [];
  const now = (): number => {
    const nowMs = world.nowMs();
    scheduler.settle(nowMs);
    return nowMs;
  };
  const resolve = (ref: JobRef): JobRecord | undefined => {
    const records = recordsOf(ref.key);
    const own = records.find((record) => record.id === ref.record) ?? records[0];
    if (settings.once === 'best-effort') return own;
    const holder = scheduler.claims.holder(ref.key);
    return records.find((record) => record.id === holder) ?? own;
  };
  return {
    world,
    scheduler,
    now,
    recordsOf,
    resolve,
    add: (record) => void byKey.set(record.key, [...recordsOf(record.key), record]),
    all: () => [...byKey.values()].flat(),
    look: (ref, staleMs = 0) => {
      const nowMs = now();
      const record = resolve(ref);
      if (record === undefined) return absent(false, 'unknown-name', 'nothing of that name is listed');
      return viewJob(record, nowMs - staleMs, record.slotAtMs === undefined ? scheduler.slots.ahead(record) : 0, settings);
    },
    need: (ref) => {
      const nowMs = now();
      const record = resolve(ref);
      if (record === undefined || viewJob(record, nowMs, 0, settings).seen === 'absent') throw new DestinoError('not-found', `the remote has no job '${ref.record}'`);
      return record;
    },
    isLive: (record, nowMs) => (scheduler.endOf(record) ?? Number.POSITIVE_INFINITY) > nowMs,
    get size() {
      return byKey.size;
    },
  };
}
