import type { Attempt, Change, Claim, CommitOutcome, NewEvent, NewRecord, Requests, Segment, StoreRecord } from '@destino/core/store';
import { changed, holds, poked, requested } from '@destino/core/store';
import { statement, type Task } from '../sql/statement.ts';
import { claimToWrite } from './claimed-record.ts';
import { addEvents, addRecord, recordToWrite, saveRecord } from './record-rows.ts';
import { tell, type Transaction } from './transaction.ts';

const putAttempt = statement<{ key: string; record: string; number: number; body: string }>()((db, slot) =>
  db
    .insertInto('attempts')
    .values({ key: slot('key'), record: slot('record'), number: slot('number'), body: slot('body') })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ record: slot('record'), number: slot('number'), body: slot('body') })),
);

const putSegment = statement<{ attempt: string; ordinal: number; body: string }>()((db, slot) =>
  db
    .insertInto('segments')
    .values({ attempt: slot('attempt'), ordinal: slot('ordinal'), body: slot('body') })
    .onConflict((conflict) => conflict.columns(['attempt', 'ordinal']).doUpdateSet({ body: slot('body') })),
);

/** The only write of an owner. All conditions are checked before the first write, so a refusal leaves nothing behind. */
export function* commitChange(tx: Transaction, claim: Claim, change: Change): Task<CommitOutcome> {
  const { record, session } = yield* claimToWrite(tx, claim);
  if (!holds(claim, record, session, tx.nowMs)) return { ok: false, why: 'stale' };
  if (change.expectPoke !== undefined && change.expectPoke !== record.poke) return { ok: false, why: 'poked' };
  const next = yield* saveRecord(tx, record, changed(record, change, tx.nowMs));
  yield* addEvents(tx, record, change.events ?? []);
  yield* putProgress(tx, change.attempt, change.segments ?? []);
  yield* addChildren(tx, change.create ?? []);
  for (const { id, requests, event } of change.request ?? []) yield* mergeRequests(tx, id, requests, event);
  yield* pokeParent(tx, record, next);
  return { ok: true, record: next };
}

/** Merges requests into a record and pokes its owner. */
export function* mergeRequests(tx: Transaction, id: string, requests: Partial<Requests>, event: NewEvent | undefined): Task<StoreRecord | undefined> {
  const record = yield* recordToWrite(tx, id);
  if (record === undefined) return undefined;
  const next = yield* saveRecord(tx, record, requested(record, requests, tx.nowMs, event === undefined ? 0 : 1));
  yield* addEvents(tx, record, event === undefined ? [] : [event]);
  return next;
}

function* putProgress(tx: Transaction, attempt: Attempt | undefined, segments: readonly Segment[]): Task<void> {
  if (attempt !== undefined) {
    yield* tell(tx, putAttempt, { key: attempt.key, record: attempt.record, number: attempt.number, body: JSON.stringify(attempt) });
  }
  for (const segment of segments) {
    yield* tell(tx, putSegment, { attempt: segment.attempt, ordinal: segment.ordinal, body: JSON.stringify(segment) });
  }
}

function* addChildren(tx: Transaction, children: readonly NewRecord[]): Task<void> {
  for (const child of children) yield* addRecord(tx, child, [{ type: 'created', data: {}, at: child.createdAt }]);
}

/** A parent's owner hears of it when a child has ended. */
function* pokeParent(tx: Transaction, before: StoreRecord, after: StoreRecord): Task<void> {
  if (!before.active || after.active || after.parent === undefined) return;
  const parent = yield* recordToWrite(tx, after.parent);
  if (parent !== undefined) yield* saveRecord(tx, parent, poked(parent));
}
