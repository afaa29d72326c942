import type { Claim, StoreRecord } from '@destino/core/store';
import { canServe, claimed, freed, holds, isLive } from '@destino/core/store';
import { sql, type ExpressionBuilder } from 'kysely';
import { recordOf } from '../sql/rows.ts';
import { once, statement, type Slots, type Task } from '../sql/statement.ts';
import type { Tables } from '../sql/tables.ts';
import { claimToWrite } from './claimed-record.ts';
import { recordToWrite, saveRecord } from './record-rows.ts';
import { readSession } from './session-tasks.ts';
import { rows, type Transaction } from './transaction.ts';

const active = sql<boolean>`active = 1`;
const isPoked = sql<boolean>`poke > poke_seen`;

/** Nobody living owns it. */
function free(at: ExpressionBuilder<Tables, 'records'>, now: number) {
  return at.or([at('session', 'is', null), at('session', 'not in', at.selectFrom('sessions').select('id').where('until_ms', '>', now))]);
}

const selectNeeds = statement<{ now: number }>()((db, slot) =>
  db
    .selectFrom('records')
    .select('needs')
    .distinct()
    .where(active)
    .where((at) => free(at, slot('now'))),
);

type ClaimSlots = { session: string; needs: string; now: number; limit: number };

const claimFree = statement<ClaimSlots>()((db, slot: Slots<ClaimSlots>, dialect) =>
  db
    .updateTable('records')
    .set((at) => ({ session: slot('session'), fence: at('fence', '+', 1), version: at('version', '+', 1), updated_ms: slot('now') }))
    .where('seq', 'in', (at) =>
      dialect.claimable(
        at
          .selectFrom('records')
          .select('seq')
          .where(active)
          .where('needs', 'in', dialect.members(slot('needs')))
          .where((inner) => free(inner, slot('now')))
          .orderBy('seq')
          .limit(slot('limit')),
        'records',
      ),
    )
    .returningAll(),
);

const selectPoked = statement<{ session: string; limit: number }>()((db, slot) =>
  db.selectFrom('records').selectAll().where('session', '=', slot('session')).where(isPoked).orderBy('seq').limit(slot('limit')),
);

/**
 * Claims in one statement whatever the number of rows: rows share few sets of needs, so those are told apart first and
 * judged here. The statement writes what `claimed` says; a store check holds the two together.
 */
export function* claimRecords(tx: Transaction, sessionId: string, limit: number): Task<StoreRecord[]> {
  const session = yield* readSession(tx, sessionId);
  if (!isLive(session, tx.nowMs)) return [];
  if (tx.dialect.beforeClaim !== undefined) yield once(tx.dialect.beforeClaim);
  const wanted = yield* rows(tx, selectNeeds, { now: tx.nowMs });
  const servable = wanted.filter(({ needs }) => canServe(session, JSON.parse(needs) as string[])).map(({ needs }) => needs);
  if (servable.length === 0) return [];
  const taken = yield* rows(tx, claimFree, { session: sessionId, needs: JSON.stringify(servable), now: tx.nowMs, limit });
  return taken.sort((a, b) => a.seq - b.seq).map(recordOf);
}

/** Claims one record, whatever it needs. */
export function* takeRecord(tx: Transaction, sessionId: string, id: string): Task<StoreRecord | undefined> {
  const record = yield* recordToWrite(tx, id);
  if (record === undefined) return undefined;
  const owner = record.session === undefined ? undefined : yield* readSession(tx, record.session);
  const session = yield* readSession(tx, sessionId);
  if (isLive(owner, tx.nowMs) || !isLive(session, tx.nowMs)) return undefined;
  return yield* saveRecord(tx, record, claimed(record, sessionId, tx.nowMs));
}

export function* pokedRecords(tx: Transaction, session: string, limit: number): Task<StoreRecord[]> {
  const found = yield* rows(tx, selectPoked, { session, limit });
  return found.map(recordOf);
}

export function* letGoRecords(tx: Transaction, claims: readonly Claim[]): Task<void> {
  for (const claim of claims) {
    const { record, session } = yield* claimToWrite(tx, claim);
    if (holds(claim, record, session, tx.nowMs)) yield* saveRecord(tx, record, freed(record, tx.nowMs));
  }
}
