import { sql } from 'kysely';
import type { Dialect } from '../dialect/dialect.ts';
import { statement, type Compiler, type Statement, type Task } from '../sql/statement.ts';
import type { MetaTable } from '../sql/tables.ts';

export type Meta = MetaTable & { clock_ms: number; transaction: number };

const toRead = statement<{ one: number }>()((db, slot, { clock }) =>
  db.selectFrom('meta').selectAll().select([clock.as('clock_ms'), sql<number>`0`.as('transaction')]).where('one', '=', slot('one')),
);

const toWrite = statement<{ one: number }>()((db, slot, { clock, transaction }) =>
  db.selectFrom('meta').selectAll().select([clock.as('clock_ms'), transaction.as('transaction')]).where('one', '=', slot('one')),
);

/** The workspace's row, with the database's clock and the transaction's number where it has them. */
export function readMeta(compiler: Compiler, mode: 'read' | 'write'): Task<Meta | undefined> {
  return compiler.first(mode === 'read' ? toRead : toWrite, { one: 1 });
}

/** One transaction: the compiled statements, and what was true when it began. */
export type Transaction = {
  readonly compiler: Compiler;
  readonly dialect: Dialect;
  readonly meta: Meta;
  readonly nowMs: number;
  /** What makes the clock's reading store time, from now on. */
  readonly baseMs: number;
  /** The next event's place in the feed; `null` where the database counts by itself. */
  nextPosition(): number | null;
};

/** Runs a statement and answers its rows. */
export function rows<P extends Record<string, unknown>, R>(tx: Transaction, of: Statement<P, R>, parameters: P): Task<R[]> {
  return tx.compiler.rows(of, parameters);
}

/** Runs a statement whose rows nobody needs; a failure of it ends the transaction. */
export function tell<P extends Record<string, unknown>>(tx: Transaction, of: Statement<P, unknown>, parameters: P): Task<void> {
  return tx.compiler.tell(of, parameters);
}

/** Runs a statement and answers its first row. */
export function first<P extends Record<string, unknown>, R>(tx: Transaction, of: Statement<P, R>, parameters: P): Task<R | undefined> {
  return tx.compiler.first(of, parameters);
}

/** What time it is: nothing is left to ask once a transaction has begun. */
export function readNow(tx: Transaction): Task<number> {
  return answered(tx.nowMs);
}

function* answered<T>(value: T): Task<T> {
  yield* [];
  return value;
}
