import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { Tables } from '../sql/tables.ts';
import { toCompile } from './to-compile.ts';
import type { Dialect } from './dialect.ts';

/** SQLite: one writer at a time, so nothing is locked by row and positions grow in the order of commit. */
export function sqliteDialect(): Dialect {
  const builder = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  return {
    name: 'sqlite',
    builder,
    counted: sql`integer primary key autoincrement`,
    locked: (query) => query,
    claimable: (query) => query,
    beforeClaim: undefined,
    members: (json) => sql<string>`(select value from json_each(${json}))`,
    clock: sql<number>`0`,
    transaction: sql<number>`0`,
    horizon: () => undefined,
    findMeta: toCompile(builder, sql`select 1 from sqlite_schema where name = 'meta'`),
  };
}
