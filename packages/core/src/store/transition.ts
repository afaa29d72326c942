import { DestinoError } from '../errors/index.ts';
import type { Claim, Change } from './state-store.ts';
import type { NewRecord, Requests, StoreRecord } from './record.ts';
import type { Session } from './session.ts';

/** The rules of the store, apart from how rows are kept: every implementation goes by these. */

export function freshRecord(record: NewRecord, at: { nowMs: number; seq: number; session?: string | undefined }): StoreRecord {
  return {
    ...record,
    ...(at.session !== undefined && { session: at.session }),
    fence: at.session === undefined ? 0 : 1,
    poke: 0,
    pokeSeen: 0,
    version: 1,
    seq: at.seq,
    events: 0,
    updatedMs: at.nowMs,
    requests: {},
  };
}

export function isLive(session: Session | undefined, nowMs: number): session is Session {
  return session !== undefined && session.untilMs > nowMs;
}

export function canServe(session: Session, needs: readonly string[]): boolean {
  return needs.every((need) => session.host.offers.includes(need));
}

/** Whether the claim still holds: same session, same fence, session alive. */
export function holds(claim: Claim, record: StoreRecord | undefined, session: Session | undefined, nowMs: number): record is StoreRecord {
  return record !== undefined && record.session === claim.session && record.fence === claim.fence && isLive(session, nowMs);
}

export function claimed(record: StoreRecord, session: string, nowMs: number): StoreRecord {
  return { ...record, session, fence: record.fence + 1, version: record.version + 1, updatedMs: nowMs };
}

function withoutSession(record: StoreRecord): StoreRecord {
  const { session: _, ...rest } = record;
  return rest;
}

export function freed(record: StoreRecord, nowMs: number): StoreRecord {
  return { ...withoutSession(record), version: record.version + 1, updatedMs: nowMs };
}

/** The record after an owner's write; `eventCount` events go with it. */
export function changed(record: StoreRecord, change: Change, nowMs: number): StoreRecord {
  const next: StoreRecord = {
    ...record,
    ...change.record,
    pokeSeen: record.poke,
    events: record.events + (change.events?.length ?? 0),
    version: record.version + 1,
    updatedMs: nowMs,
  };
  return change.letGo === true || !next.active ? withoutSession(next) : next;
}

/**
 * The record after a request. What was asked first stays; only a newer service revision replaces an older, and a log
 * is followed as long as the most patient reader wants. `eventCount` events go with it.
 */
export function requested(record: StoreRecord, requests: Partial<Requests>, nowMs: number, eventCount: number): StoreRecord {
  const revise = newer(record.requests.revise, requests.revise);
  const follow = later(record.requests.follow, requests.follow);
  const merged: Requests = { ...requests, ...record.requests, ...(revise !== undefined && { revise }), ...(follow !== undefined && { follow }) };
  return { ...record, requests: merged, poke: record.poke + 1, events: record.events + eventCount, version: record.version + 1, updatedMs: nowMs };
}

function later(old: Requests['follow'], next: Requests['follow']): Requests['follow'] {
  if (old === undefined || next === undefined) return next ?? old;
  return next.untilMs > old.untilMs ? next : old;
}

function newer(old: Requests['revise'], next: Requests['revise']): Requests['revise'] {
  if (old === undefined || next === undefined) return next ?? old;
  return next.revision > old.revision ? next : old;
}

/** A parent's owner is told when a child has ended. */
export function poked(record: StoreRecord): StoreRecord {
  return { ...record, poke: record.poke + 1, version: record.version + 1 };
}

export function sameSpec(a: StoreRecord['spec'], b: StoreRecord['spec']): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: StoreRecord['spec']): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

export function nameTaken(record: StoreRecord): DestinoError {
  return new DestinoError('conflict', `a ${record.type} named '${record.name}' exists already, with other content`, {
    scope: record.name,
    hint: `choose another name, or look at it: destino ${record.type} show ${record.name}`,
    details: { id: record.id },
  });
}
