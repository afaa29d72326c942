import type { Host, Session } from '@destino/core/store';
import { isLive } from '@destino/core/store';
import { sql } from 'kysely';
import { sessionOf } from '../sql/rows.ts';
import { statement, type NoSlots, type Task } from '../sql/statement.ts';
import { first, rows, tell, type Transaction } from './transaction.ts';

const selectSession = statement<{ id: string }>()((db, slot) => db.selectFrom('sessions').selectAll().where('id', '=', slot('id')));

const selectLiving = statement<{ now: number }>()((db, slot) =>
  db.selectFrom('sessions').selectAll().where('until_ms', '>', slot('now')).orderBy(sql`length(id)`).orderBy('id'),
);

const insertSession = statement<{ id: string; host: string; opened: number; until: number }>()((db, slot) =>
  db.insertInto('sessions').values({ id: slot('id'), host: slot('host'), opened_ms: slot('opened'), until_ms: slot('until') }),
);

const updateSession = statement<{ id: string; host: string; until: number }>()((db, slot) =>
  db.updateTable('sessions').set({ host: slot('host'), until_ms: slot('until') }).where('id', '=', slot('id')),
);

const deleteSession = statement<{ id: string }>()((db, slot) => db.deleteFrom('sessions').where('id', '=', slot('id')));
const deleteEnded = statement<{ now: number }>()((db, slot) => db.deleteFrom('sessions').where('until_ms', '<=', slot('now')));

const countSession = statement<NoSlots>()((db) =>
  db
    .updateTable('meta')
    .set((at) => ({ sessions: at('sessions', '+', 1) }))
    .returning('sessions'),
);

const keepTime = statement<{ now: number; base: number }>()((db, slot) =>
  db.updateTable('meta').set({ last_ms: slot('now'), base_ms: slot('base') }).where('last_ms', '<=', slot('now')).where('base_ms', '<=', slot('base')),
);

/** Writes down how late it is, so that no clock, however it jumps, takes store time behind this. */
export function noteTime(tx: Transaction): Task<void> {
  return tell(tx, keepTime, { now: tx.nowMs, base: tx.baseMs });
}

export function* readSession(tx: Transaction, id: string): Task<Session | undefined> {
  const row = yield* first(tx, selectSession, { id });
  return row === undefined ? undefined : sessionOf(row);
}

export function* openSession(tx: Transaction, host: Host, lifetimeMs: number): Task<Session> {
  const now = tx.nowMs;
  yield* tell(tx, deleteEnded, { now });
  const counted = yield* first(tx, countSession, {});
  const session: Session = { id: `session-${counted?.sessions ?? 0}`, host, openedMs: now, untilMs: now + lifetimeMs };
  yield* noteTime(tx);
  yield* tell(tx, insertSession, { id: session.id, host: JSON.stringify(host), opened: now, until: session.untilMs });
  return structuredClone(session);
}

export function* renewSession(tx: Transaction, id: string, lifetimeMs: number, host?: Host): Task<Session | undefined> {
  const now = tx.nowMs;
  const session = yield* readSession(tx, id);
  if (!isLive(session, now)) return undefined;
  const next: Session = { ...session, ...(host !== undefined && { host: structuredClone(host) }), untilMs: now + lifetimeMs };
  yield* tell(tx, updateSession, { id, host: JSON.stringify(next.host), until: next.untilMs });
  yield* noteTime(tx);
  return next;
}

export function* endSession(tx: Transaction, id: string): Task<void> {
  yield* tell(tx, deleteSession, { id });
}

export function* livingSessions(tx: Transaction): Task<Session[]> {
  const living = yield* rows(tx, selectLiving, { now: tx.nowMs });
  return living.map(sessionOf);
}
