import type { Dialect } from '../dialect/dialect.ts';
import { Compiler, statement, type Statement, type Task } from '../sql/statement.ts';
import type { MetaTable } from '../sql/tables.ts';

export type Meta = MetaTable & { clock_ms: number | null };

const selectMeta = statement<{ one: number }>()((db, slot, { clock }) => {
  const row = db.selectFrom('meta').selectAll().where('one', '=', slot('one'));
  return clock === undefined ? row : row.select(clock.as('clock_ms') as never);
});

/** The workspace's row, with the database's clock where it has one. */
export function* readMeta(compiler: Compiler): Task<Meta | undefined> {
  const row = yield* compiler.first(selectMeta, { one: 1 });
  return row as Meta | undefined;
}

/** One transaction: the compiled statements, and what was true when it began. */
export type Transaction = {
  readonly compiler: Compiler;
  readonly dialect: Dialect;
  readonly meta: Meta;
  readonly nowMs: number;
  /** The next event's place in the feed; `null` where the database counts by itself. */
  nextPosition(): number | null;
};

/** Runs a statement and answers its rows. */
export function rows<P extends Record<string, unknown>, R>(tx: Transaction, of: Statement<P, R>, parameters: P): Task<R[]> {
  return tx.compiler.rows(of, parameters);
}

/** Runs a statement and answers its first row. */
export function first<P extends Record<string, unknown>, R>(tx: Transaction, of: Statement<P, R>, parameters: P): Task<R | undefined> {
  return tx.compiler.first(of, parameters);
}

/** A task that has its answer already. */
export function* nothingFurther<T>(value: T): Task<T> {
  return value;
}
