import type { NewEvent, NewRecord, StoreRecord } from '@destino/core/store';
import { canServe, isLive, nameTaken, sameSpec } from '@destino/core/store';
import type { Task } from '../sql/statement.ts';
import { addRecord, namedRecord } from './record-rows.ts';
import { readSession } from './session-tasks.ts';
import type { Transaction } from './transaction.ts';

/** A record as its name stands for it: made, or found with the same content. */
export type Created = { record: StoreRecord; created: boolean };

export function* createRecord(tx: Transaction, record: NewRecord, event: NewEvent, claimFor?: string): Task<Created> {
  const owner = claimFor === undefined ? undefined : yield* readSession(tx, claimFor);
  const session = isLive(owner, tx.nowMs) && canServe(owner, record.needs) ? owner.id : undefined;
  const made = yield* addRecord(tx, record, [event], session);
  if (made !== undefined) return { record: made, created: true };
  const existing = yield* namedRecord(tx, record.type, record.name);
  if (existing === undefined) throw nameTaken({ ...record, fence: 0, poke: 0, pokeSeen: 0, version: 1, seq: 1, events: 0, updatedMs: 0, requests: {} });
  if (!sameSpec(existing.spec, record.spec)) throw nameTaken(existing);
  return { record: existing, created: false };
}
