import type { Attempt, RecordType, Segment, Session, StoreEvent, StoreRecord } from '@destino/core/store';
import type { Selectable } from 'kysely';
import type { AttemptTable, EventTable, RecordTable, SegmentTable, SessionTable } from './tables.ts';

export type RecordRow = Selectable<RecordTable>;

/** What was written by this package is trusted to have the shape that it was written in. */
function parsed<T>(text: string): T {
  return JSON.parse(text) as T;
}

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
    needs: parsed(row.needs),
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
    requests: parsed(row.requests),
    spec: parsed(row.spec),
    doc: parsed(row.doc),
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
  return { id: row.id, host: parsed(row.host), openedMs: row.opened_ms, untilMs: row.until_ms };
}

export function attemptOf(row: Pick<AttemptTable, 'body'>): Attempt {
  return parsed(row.body);
}

export function segmentOf(row: Pick<SegmentTable, 'body'>): Segment {
  return parsed(row.body);
}

export function eventOf(row: EventTable): StoreEvent {
  return { record: row.record, number: row.number, position: row.position ?? 0, at: row.at, type: row.type, data: parsed(row.data) };
}
