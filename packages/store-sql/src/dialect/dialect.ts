import type { AliasableExpression, Compilable, ColumnDataType, Expression, Kysely, SelectQueryBuilder } from 'kysely';
import type { Tables } from '../sql/tables.ts';

/** All in which the two databases differ, as seen by schema and queries. */
export type Dialect = {
  readonly name: 'sqlite' | 'postgres';
  /** Builds and compiles; runs nothing. */
  readonly builder: Kysely<Tables>;
  /** Type of a column that numbers its rows by itself and never uses a number twice. */
  readonly counted: ColumnDataType | Expression<unknown>;
  /** Locks the selected rows of `table` until the transaction ends. */
  locked<D, T extends keyof D & string, O>(query: SelectQueryBuilder<D, T, O>, table: T): SelectQueryBuilder<D, T, O>;
  /** As `locked`, leaving out what others have locked. */
  claimable<D, T extends keyof D & string, O>(query: SelectQueryBuilder<D, T, O>, table: T): SelectQueryBuilder<D, T, O>;
  /** Run before a claim, so that claims are made one after the other; `undefined` where all writes are. */
  readonly beforeClaim: Compilable | undefined;
  /** The members of a JSON array of texts, as a subquery for `in`. */
  members(json: string): Expression<string>;
  /** The database's own clock in milliseconds; 0 where the program reads one. */
  readonly clock: AliasableExpression<number>;
  /** The number of the running transaction; 0 where positions do without. */
  readonly transaction: AliasableExpression<number>;
  /** Feed positions below this will not be joined by smaller ones; `undefined` where all are so. */
  horizon(transactionBase: Expression<number>): Expression<number> | undefined;
  /** Answers a row when the table `meta` is there. */
  readonly findMeta: Compilable;
};
