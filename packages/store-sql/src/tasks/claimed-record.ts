import type { Claim, Session, StoreRecord } from '@destino/core/store';
import { recordOf, sessionOf } from '../sql/rows.ts';
import { statement, type Task } from '../sql/statement.ts';
import { first, type Transaction } from './transaction.ts';

const selectClaimed = statement<{ id: string; session: string }>()((db, slot, dialect) =>
  dialect.locked(
    db
      .selectFrom('records')
      .leftJoin('sessions', (on) => on.on('sessions.id', '=', slot('session')))
      .selectAll('records')
      .select(['sessions.id as session_id', 'sessions.host', 'sessions.opened_ms', 'sessions.until_ms'])
      .where('records.id', '=', slot('id')),
    'records',
  ),
);

/** What a claim is judged by, read in one statement for an owner's write. */
export type Claimed = { record: StoreRecord | undefined; session: Session | undefined };

export function* claimToWrite(tx: Transaction, claim: Claim): Task<Claimed> {
  const row = yield* first(tx, selectClaimed, { id: claim.id, session: claim.session });
  if (row === undefined) return { record: undefined, session: undefined };
  const { session_id: id, host, opened_ms, until_ms } = row;
  const session = id === null || host === null || opened_ms === null || until_ms === null ? undefined : sessionOf({ id, host, opened_ms, until_ms });
  return { record: recordOf(row), session };
}
