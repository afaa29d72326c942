import type { AliasableExpression, ColumnDataType, Expression, Kysely, SelectQueryBuilder } from 'kysely';
import type { Tables } from '../sql/tables.ts';

/** All in which the two databases differ, as seen by schema and queries. */
export type Dialect = {
  readonly name: 'sqlite' | 'postgres';
  /** Builds and compiles; runs nothing. */
  readonly builder: Kysely<Tables>;
  /** Type of a column that numbers its rows by itself and never uses a number twice. */
  readonly counted: ColumnDataType | Expression<unknown>;
  /** Locks the selected rows of `records` until the transaction ends. */
  locked<O>(query: SelectQueryBuilder<Tables, 'records', O>): SelectQueryBuilder<Tables, 'records', O>;
  /** As `locked`, leaving out what others have locked. */
  claimable<O>(query: SelectQueryBuilder<Tables, 'records', O>): SelectQueryBuilder<Tables, 'records', O>;
  /** The members of a JSON array of texts, as a subquery for `in`. */
  members(json: string): Expression<string>;
  /** The database's own clock in milliseconds; `undefined` where the program reads it. */
  readonly clock: AliasableExpression<number> | undefined;
  /** Feed positions below this will not be joined by smaller ones; `undefined` where all are so. */
  readonly horizon: Expression<number> | undefined;
};
