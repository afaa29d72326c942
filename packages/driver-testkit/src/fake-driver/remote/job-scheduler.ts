import { createClaims, type Claims } from './claims.ts';
import { createEventHeap } from './event-heap.ts';
import { runAtMs, type JobRecord } from './job-record.ts';
import { endedAtMs, nodeEnds } from './node-ends.ts';
import type { RemoteSettings } from './settings.ts';
import { createSlots, type Slots } from './slots.ts';
import type { Truth } from './truth.ts';

export interface JobScheduler {
  /** Puts a record into the queue at `nowMs`. */
  enqueue(record: JobRecord, nowMs: number): void;
  /** To be called after a record's future changed (cancel, strike, erasure). */
  replan(record: JobRecord, nowMs: number): void;
  /** Lets everything happen that is due by `nowMs`, in order. */
  settle(nowMs: number): void;
  /** When the record ended or will end; undefined while that is open, as in the queue. */
  endOf(record: JobRecord): number | undefined;
  setSlots(slots: number | undefined, nowMs: number): void;
  readonly slots: Pick<Slots, 'free' | 'ahead'>;
  readonly claims: Pick<Claims, 'holder' | 'close'>;
}

type Planned = { record: JobRecord; version: number; kind: 'run' | 'end' };

/** The queue, the slots and the claims: a simulation of discrete events that advances only when it is asked to. */
export function createJobScheduler(settings: RemoteSettings, truth: Truth): JobScheduler {
  const planned = createEventHeap<Planned>();
  const slots = createSlots(settings.slots);
  const claims = createClaims();

  const plan = (record: JobRecord, kind: Planned['kind'], atMs: number): void => planned.push({ atMs, payload: { record, version: record.version, kind } });
  const endOf = (record: JobRecord): number | undefined => {
    const ends = nodeEnds(record, settings.timeout === 'target');
    return ends === undefined ? undefined : endedAtMs(record, ends);
  };
  const planEnd = (record: JobRecord): void => {
    const endMs = endOf(record);
    if (endMs !== undefined && Number.isFinite(endMs)) plan(record, 'end', endMs);
  };
  const grant = (atMs: number): void => {
    for (const record of slots.grant()) {
      record.slotAtMs = atMs;
      plan(record, 'run', runAtMs(record) ?? atMs);
    }
  };
  const leave = (record: JobRecord, atMs: number): void => {
    slots.leave(record);
    grant(atMs);
  };
  const begin = (record: JobRecord, atMs: number): void => {
    record.claim = settings.once === 'best-effort' || claims.take(record.key, record.id) ? 'won' : 'lost';
    const runs = record.claim === 'won' && record.programme.failsBefore === undefined;
    if (runs || record.claim === 'lost') truth.record({ atMs, op: 'run', outcome: runs ? 'started' : 'claim-lost', key: record.key, id: record.id });
    planEnd(record);
  };
  const settle = (nowMs: number): void => {
    for (let event = planned.popUntil(nowMs); event !== undefined; event = planned.popUntil(nowMs)) {
      const { record, version, kind } = event.payload;
      if (version !== record.version) continue;
      if (kind === 'run') begin(record, event.atMs);
      else leave(record, event.atMs);
    }
  };
  const change = (nowMs: number, act: () => void): void => {
    act();
    grant(nowMs);
    settle(nowMs);
  };
  const replan = (record: JobRecord, nowMs: number): void => {
    record.version += 1;
    const endMs = endOf(record);
    if (record.erased !== undefined || (endMs !== undefined && endMs <= nowMs)) leave(record, nowMs);
    else if (record.claim !== undefined) planEnd(record);
    else if (record.slotAtMs !== undefined) plan(record, 'run', runAtMs(record) ?? nowMs);
    settle(nowMs);
  };
  return {
    enqueue: (record, nowMs) => change(nowMs, () => slots.enqueue(record)),
    setSlots: (wanted, nowMs) => change(nowMs, () => slots.resize(wanted)),
    replan,
    settle,
    endOf,
    slots,
    claims,
  };
}
