import type { NewEvent, NewRecord, RecordType, StoreRecord } from '@destino/core/store';
import { freshRecord } from '@destino/core/store';
import type { Updateable } from 'kysely';
import { recordOf, rowOf, type RecordRow } from '../sql/rows.ts';
import { statement, type Statement, type Task } from '../sql/statement.ts';
import type { RecordTable } from '../sql/tables.ts';
import { first, tell, type Transaction } from './transaction.ts';

const selectRecord = statement<{ id: string }>()((db, slot) => db.selectFrom('records').selectAll().where('id', '=', slot('id')));

const lockRecord = statement<{ id: string }>()((db, slot, dialect) =>
  dialect.locked(db.selectFrom('records').selectAll().where('id', '=', slot('id')), 'records'),
);

const selectNamed = statement<{ type: string; name: string }>()((db, slot) =>
  db.selectFrom('records').selectAll().where('type', '=', slot('type')).where('name', '=', slot('name')),
);

const insertRecord = statement<Omit<RecordRow, 'seq'>>()((db, slot) =>
  db
    .insertInto('records')
    .values({
      id: slot('id'),
      type: slot('type'),
      name: slot('name'),
      kind: slot('kind'),
      parent: slot('parent'),
      target: slot('target'),
      state: slot('state'),
      active: slot('active'),
      needs: slot('needs'),
      session: slot('session'),
      fence: slot('fence'),
      poke: slot('poke'),
      poke_seen: slot('poke_seen'),
      version: slot('version'),
      events: slot('events'),
      created_at: slot('created_at'),
      created_by: slot('created_by'),
      updated_ms: slot('updated_ms'),
      requests: slot('requests'),
      spec: slot('spec'),
      doc: slot('doc'),
    })
    .onConflict((conflict) => conflict.columns(['type', 'name']).doNothing())
    .returning('seq'),
);

const insertEvent = statement<{ position: number | null; record: string; number: number; at: string; type: string; data: string }>()((db, slot) =>
  db
    .insertInto('events')
    .values({ position: slot('position'), record: slot('record'), number: slot('number'), at: slot('at'), type: slot('type'), data: slot('data') }),
);

export function* readRecord(tx: Transaction, id: string): Task<StoreRecord | undefined> {
  const row = yield* first(tx, selectRecord, { id });
  return row === undefined ? undefined : recordOf(row);
}

/** Reads a record that this transaction is about to write. */
export function* recordToWrite(tx: Transaction, id: string): Task<StoreRecord | undefined> {
  const row = yield* first(tx, lockRecord, { id });
  return row === undefined ? undefined : recordOf(row);
}

export function* namedRecord(tx: Transaction, type: RecordType, name: string): Task<StoreRecord | undefined> {
  const row = yield* first(tx, selectNamed, { type, name });
  return row === undefined ? undefined : recordOf(row);
}

/** Inserts a record with its events; `undefined` when its name is taken. */
export function* addRecord(tx: Transaction, record: NewRecord, events: readonly NewEvent[], session?: string): Task<StoreRecord | undefined> {
  const fresh = { ...freshRecord(record, { nowMs: tx.nowMs, seq: 1, session }), events: events.length };
  const row = rowOf(fresh);
  const inserted = yield* first(tx, insertRecord, row);
  if (inserted === undefined) return undefined;
  yield* addEvents(tx, { id: record.id, events: 0 }, events);
  return recordOf({ ...row, seq: inserted.seq });
}

/** Appends events behind those that `before` counts. */
export function* addEvents(tx: Transaction, before: Pick<StoreRecord, 'id' | 'events'>, events: readonly NewEvent[]): Task<void> {
  let number = before.events;
  for (const event of events) {
    number += 1;
    const data = JSON.stringify(event.data);
    yield* tell(tx, insertEvent, { position: tx.nextPosition(), record: before.id, number, at: event.at, type: event.type, data });
  }
}

type Column = Exclude<keyof RecordRow, 'seq' | 'id'>;

/** One statement for each set of columns that has ever been written together. */
const saves = new Map<string, Statement<Record<string, unknown>, unknown>>();

/** Writes what differs between two versions of a record: an index is touched only where its columns change. */
export function* saveRecord(tx: Transaction, before: StoreRecord, after: StoreRecord): Task<StoreRecord> {
  const old = rowOf(before);
  const row = rowOf(after);
  const columns = (Object.keys(row) as (Column | 'id')[]).filter((column): column is Column => column !== 'id' && row[column] !== old[column]);
  if (columns.length > 0) yield* tell(tx, saveOf(columns), row);
  return recordOf({ ...row, seq: before.seq });
}

function saveOf(columns: readonly Column[]): Statement<Record<string, unknown>, unknown> {
  const name = columns.join();
  let save = saves.get(name);
  if (save === undefined) {
    save = statement<Record<string, unknown>>()((db, slot) =>
      db
        .updateTable('records')
        .set(Object.fromEntries(columns.map((column) => [column, slot(column)])) as Updateable<RecordTable>)
        .where('id', '=', slot('id') as string),
    );
    saves.set(name, save);
  }
  return save;
}
