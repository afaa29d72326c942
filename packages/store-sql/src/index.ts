export { openPostgresStore } from './open-postgres-store.ts';
export type { PostgresStoreOptions } from './open-postgres-store.ts';
export { openSqliteStore } from './open-sqlite-store.ts';
export type { SqliteStoreOptions } from './open-sqlite-store.ts';
export type { SqliteLibrary } from './sqlite/sqlite-library.ts';
