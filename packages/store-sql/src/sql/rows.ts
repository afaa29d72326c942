import type { Attempt, RecordType, Segment, Session, StoreEvent, StoreRecord } from '@destino/core/store';
import type { Selectable } from 'kysely';
import type { AttemptTable, EventTable, RecordTable, SegmentTable, SessionTable } from './tables.ts';

export type RecordRow = Selectable<RecordTable>;

/** What was written by this package is trusted to have the shape that it was written in. */
export function recordOf(row: RecordRow): StoreRecord {
  return {
    type: row.type as RecordType,
    id: row.id,
    name: row.name,
    kind: row.kind,
    ...(row.parent !== null && { parent: row.parent }),
    ...(row.target !== null && { target: row.target }),
    state: row.state,
    active: row.active === 1,
    needs: JSON.parse(row.needs) as StoreRecord['needs'],
    ...(row.session !== null && { session: row.session }),
    fence: row.fence,
    poke: row.poke,
    pokeSeen: row.poke_seen,
    version: row.version,
    seq: row.seq,
    events: row.events,
    createdAt: row.created_at,
    ...(row.created_by !== null && { createdBy: row.created_by }),
    updatedMs: row.updated_ms,
    requests: JSON.parse(row.requests) as StoreRecord['requests'],
    spec: JSON.parse(row.spec) as StoreRecord['doc'],
    doc: JSON.parse(row.doc) as StoreRecord['doc'],
  };
}

/** The row of a record; `seq` is the database's to give. */
export function rowOf(record: StoreRecord): Omit<RecordRow, 'seq'> {
  return {
    id: record.id,
    type: record.type,
    name: record.name,
    kind: record.kind,
    parent: record.parent ?? null,
    target: record.target ?? null,
    state: record.state,
    active: record.active ? 1 : 0,
    needs: JSON.stringify(record.needs),
    session: record.session ?? null,
    fence: record.fence,
    poke: record.poke,
    poke_seen: record.pokeSeen,
    version: record.version,
    events: record.events,
    created_at: record.createdAt,
    created_by: record.createdBy ?? null,
    updated_ms: record.updatedMs,
    requests: JSON.stringify(record.requests),
    spec: JSON.stringify(record.spec),
    doc: JSON.stringify(record.doc),
  };
}


export function sessionOf(row: SessionTable): Session {
  return { id: row.id, host: JSON.parse(row.host) as Session['host'], openedMs: row.opened_ms, untilMs: row.until_ms };
}

export function attemptOf(row: Pick<AttemptTable, 'body'>): Attempt {
  return JSON.parse(row.body) as Attempt;
}

export function segmentOf(row: Pick<SegmentTable, 'body'>): Segment {
  return JSON.parse(row.body) as Segment;
}

export function eventOf(row: EventTable): StoreEvent {
  return { record: row.record, number: row.number, position: row.position ?? 0, at: row.at, type: row.type, data: JSON.parse(row.data) as StoreRecord['doc'] };
}
