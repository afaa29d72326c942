import { createEventHeap } from './event-heap.ts';
import { runAtMs, type JobRecord } from './job-record.ts';
import { endedAtMs, nodeEnds } from './node-ends.ts';
import type { RemoteSettings } from './settings.ts';
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
  readonly freeSlots: number;
  /** At most how many wait before this record. */
  ahead(record: JobRecord): number;
  /** The record that holds the claim of a key. */
  claimOf(key: string): string | undefined;
  /** Takes the claim of a key, so that nothing under it can begin any more. */
  closeClaim(key: string): void;
}

type Planned = { record: JobRecord; version: number; kind: 'run' | 'end' };

const closed = '(closed)';

/** The queue, the slots and the claims: a simulation of discrete events that advances only when it is asked to. */
export function createJobScheduler(settings: RemoteSettings, truth: Truth): JobScheduler {
  const timeoutByTarget = settings.timeout === 'target';
  const planned = createEventHeap<Planned>();
  const waiting = new Set<JobRecord>();
  const tickets = new WeakMap<JobRecord, number>();
  let lastTicket = 0;
  const holding = new Set<JobRecord>();
  const claims = new Map<string, string>();
  let free = settings.slots ?? Number.POSITIVE_INFINITY;
  let total = free;

  const endOf = (record: JobRecord): number | undefined => {
    const ends = nodeEnds(record, timeoutByTarget);
    return ends === undefined ? undefined : endedAtMs(record, ends);
  };
  const planEnd = (record: JobRecord): void => {
    const endMs = endOf(record);
    if (endMs !== undefined && Number.isFinite(endMs)) planned.push({ atMs: endMs, payload: { record, version: record.version, kind: 'end' } });
  };
  const grant = (atMs: number): void => {
    for (const record of waiting) {
      if (record.spec.resources.nodes > free) return;
      waiting.delete(record);
      holding.add(record);
      free -= record.spec.resources.nodes;
      record.slotAtMs = atMs;
      planned.push({ atMs: runAtMs(record) ?? atMs, payload: { record, version: record.version, kind: 'run' } });
    }
  };
  const leave = (record: JobRecord, atMs: number): void => {
    waiting.delete(record);
    if (holding.delete(record)) free += record.spec.resources.nodes;
    grant(atMs);
  };
  const claim = (record: JobRecord): boolean => {
    if (settings.once === 'best-effort') return true;
    const holder = claims.get(record.key) ?? record.id;
    claims.set(record.key, holder);
    return holder === record.id;
  };
  const begin = (record: JobRecord, atMs: number): void => {
    record.claim = claim(record) ? 'won' : 'lost';
    if (record.claim === 'lost' || record.programme.failsBefore === undefined) {
      truth.record({ atMs, op: 'run', outcome: record.claim === 'won' ? 'started' : 'claim-lost', key: record.key, id: record.id });
    }
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
  const replan = (record: JobRecord, nowMs: number): void => {
    record.version += 1;
    const began = record.claim !== undefined;
    const endMs = endOf(record);
    if (record.erased !== undefined || (endMs !== undefined && endMs <= nowMs)) leave(record, nowMs);
    else if (began) planEnd(record);
    else if (record.slotAtMs !== undefined) planned.push({ atMs: runAtMs(record) ?? nowMs, payload: { record, version: record.version, kind: 'run' } });
    settle(nowMs);
  };

  return {
    enqueue: (record, nowMs) => {
      waiting.add(record);
      tickets.set(record, (lastTicket += 1));
      grant(nowMs);
      settle(nowMs);
    },
    replan,
    settle,
    endOf,
    setSlots: (slots, nowMs) => {
      const wanted = slots ?? Number.POSITIVE_INFINITY;
      const used = Number.isFinite(total) ? total - free : [...holding].reduce((sum, record) => sum + record.spec.resources.nodes, 0);
      total = wanted;
      free = wanted - used;
      grant(nowMs);
      settle(nowMs);
    },
    get freeSlots() {
      return free;
    },
    ahead: (record) => {
      const [first] = waiting;
      return (tickets.get(record) ?? 0) - (first === undefined ? 0 : (tickets.get(first) ?? 0));
    },
    claimOf: (key) => {
      const holder = claims.get(key);
      return holder === closed ? undefined : holder;
    },
    closeClaim: (key) => {
      if (!claims.has(key)) claims.set(key, closed);
    },
  };
}
