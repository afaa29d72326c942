import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely';
import type { Tables } from '../sql/tables.ts';
import type { Dialect } from './dialect.ts';

/** SQLite: one writer at a time, so nothing is locked by row and positions grow in the order of commit. */
export function sqliteDialect(): Dialect {
  return {
    name: 'sqlite',
    builder: new Kysely<Tables>({
      dialect: {
        createAdapter: () => new SqliteAdapter(),
        createDriver: () => new DummyDriver(),
        createIntrospector: (db) => new SqliteIntrospector(db),
        createQueryCompiler: () => new SqliteQueryCompiler(),
      },
    }),
    counted: sql`integer primary key autoincrement`,
    locked: (query) => query,
    claimable: (query) => query,
    members: (json) => sql<string>`(select value from json_each(${json}))`,
    clock: undefined,
    horizon: undefined,
  };
}
