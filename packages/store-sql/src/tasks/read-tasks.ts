import type { Attempt, RecordType, Segment, StoreEvent } from '@destino/core/store';
import type { Expression } from 'kysely';
import { attemptOf, eventOf, segmentOf } from '../sql/rows.ts';
import { statement, type Task } from '../sql/statement.ts';
import { rows, tell, type Transaction } from './transaction.ts';

export const maxLimit = 1000;

const selectAttempts = statement<{ record: string }>()((db, slot) =>
  db.selectFrom('attempts').select(['key', 'body']).where('record', '=', slot('record')).orderBy('number').orderBy('key'),
);

const selectAttemptsByKey = statement<{ keys: string }>()((db, slot, { members }) =>
  db.selectFrom('attempts').select(['key', 'body']).where('key', 'in', members(slot('keys'))),
);

const selectSegments = statement<{ attempt: string }>()((db, slot) =>
  db.selectFrom('segments').select('body').where('attempt', '=', slot('attempt')).orderBy('ordinal'),
);

const selectEvents = statement<{ record: string; after: number; limit: number }>()((db, slot) =>
  db.selectFrom('events').selectAll().where('record', '=', slot('record')).where('number', '>', slot('after')).orderBy('number').limit(slot('limit')),
);

const selectFeed = statement<{ after: number; limit: number }>()((db, slot, dialect) => {
  const settled = db.selectFrom('events').selectAll().where('position', '>', slot('after')).orderBy('position').limit(slot('limit'));
  const horizon = dialect.horizon(db.selectFrom('meta').select('transaction_base') as Expression<unknown> as Expression<number>);
  return horizon === undefined ? settled : settled.where('position', '<', horizon);
});

type ExpiredSlots = { type: string; before: number; keep: number; limit: number };

const selectExpired = statement<ExpiredSlots>()((db, slot) =>
  db
    .selectFrom('records')
    .select('id')
    .where('type', '=', slot('type'))
    .where('active', '=', 0)
    .where('updated_ms', '<', slot('before'))
    .where('seq', '<=', (at) =>
      at.selectFrom('records').select('seq').where('type', '=', slot('type')).where('active', '=', 0).orderBy('seq', 'desc').limit(1).offset(slot('keep')),
    )
    .orderBy('seq', 'desc')
    .limit(slot('limit')),
);

const insertSighting = statement<{ id: string; now: number }>()((db, slot) =>
  db
    .insertInto('sightings')
    .values({ id: slot('id'), since_ms: slot('now') })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

const selectSightings = statement<{ ids: string }>()((db, slot, { members }) =>
  db.selectFrom('sightings').selectAll().where('id', 'in', members(slot('ids'))),
);

export function* readAttempts(tx: Transaction, record: string): Task<Attempt[]> {
  return (yield* rows(tx, selectAttempts, { record })).map(attemptOf);
}

/** In the order of the keys. */
export function* readAttemptsByKey(tx: Transaction, keys: readonly string[]): Task<Attempt[]> {
  const found = new Map((yield* rows(tx, selectAttemptsByKey, { keys: JSON.stringify(keys) })).map((row) => [row.key, row]));
  return keys.flatMap((key) => {
    const row = found.get(key);
    return row === undefined ? [] : [attemptOf(row)];
  });
}

export function* readSegments(tx: Transaction, attempt: string): Task<Segment[]> {
  return (yield* rows(tx, selectSegments, { attempt })).map(segmentOf);
}

export function* readEvents(tx: Transaction, record: string, options: { after?: number; limit?: number }): Task<StoreEvent[]> {
  return (yield* rows(tx, selectEvents, { record, after: options.after ?? 0, limit: options.limit ?? maxLimit })).map(eventOf);
}

export function* readFeed(tx: Transaction, options: { after?: number; limit?: number }): Task<StoreEvent[]> {
  return (yield* rows(tx, selectFeed, { after: options.after ?? 0, limit: options.limit ?? maxLimit })).map(eventOf);
}

export function* noteSightings(tx: Transaction, ids: readonly string[]): Task<Map<string, number>> {
  for (const id of ids) yield* tell(tx, insertSighting, { id, now: tx.nowMs });
  const seen = new Map((yield* rows(tx, selectSightings, { ids: JSON.stringify(ids) })).map((row) => [row.id, row.since_ms]));
  return new Map(ids.map((id) => [id, seen.get(id) ?? tx.nowMs]));
}

export function* readExpired(tx: Transaction, query: { type: RecordType; beforeMs: number; keep: number; limit: number }): Task<string[]> {
  const { type, beforeMs, keep, limit } = query;
  return (yield* rows(tx, selectExpired, { type, before: beforeMs, keep, limit })).map(({ id }) => id);
}
