import { createRequire } from 'node:module';
import { DestinoError } from '@destino/core/errors';
import type { SqliteDatabase } from 'kysely';

/** From this version on `node:sqlite` is there without a warning. */
const ownSqliteFrom = 24;

export type SqliteLibrary = 'node:sqlite' | 'better-sqlite3';

/** The library that fits the running Node. */
export function sqliteLibrary(nodeVersion: string): SqliteLibrary {
  return Number.parseInt(nodeVersion, 10) >= ownSqliteFrom ? 'node:sqlite' : 'better-sqlite3';
}

/**
 * Opens a file with one library or the other, behind the shape that both can have.
 * @throws {DestinoError} `unsupported` when the library is not installed.
 */
export function openSqliteDatabase(file: string, library: SqliteLibrary): SqliteDatabase {
  return library === 'node:sqlite' ? openNodeSqlite(file) : openBetterSqlite(file);
}

function openNodeSqlite(file: string): SqliteDatabase {
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(file, { timeout: 0, enableForeignKeyConstraints: false });
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const prepared = database.prepare(sql);
      const bound = (parameters: readonly unknown[]) => parameters as (string | number | null)[];
      return {
        reader: prepared.columns().length > 0,
        all: (parameters) => prepared.all(...bound(parameters)),
        run: (parameters) => prepared.run(...bound(parameters)),
        iterate: (parameters) => prepared.iterate(...bound(parameters)),
      };
    },
  };
}

type BetterSqlite = new (file: string, options: { timeout: number }) => SqliteDatabase;

function openBetterSqlite(file: string): SqliteDatabase {
  const Database = requireBetterSqlite();
  return new Database(file, { timeout: 0 });
}

function requireBetterSqlite(): BetterSqlite {
  try {
    return createRequire(import.meta.url)('better-sqlite3') as BetterSqlite;
  } catch (cause) {
    throw new DestinoError('unsupported', `Node ${process.versions.node} has no SQLite of its own that is ready for use, and better-sqlite3 cannot be loaded`, {
      hint: 'use Node 24 or newer, or add the library: npm install better-sqlite3@13.2.0',
      cause,
    });
  }
}
