import { randomUUID } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { StateStore } from '@destino/core/store';
import type { Dialect } from './dialect/dialect.ts';
import { sqliteDialect } from './dialect/dialect-sqlite.ts';
import { mapError, type Place } from './map-error.ts';
import { SqlStateStore } from './sql-state-store.ts';
import { Compiler, type Task } from './sql/statement.ts';
import { prepareLocalFile } from './sqlite/local-file.ts';
import { SqliteConnection } from './sqlite/sqlite-connection.ts';
import { SqliteExecutor } from './sqlite/sqlite-executor.ts';
import { openSqliteDatabase, sqliteLibrary, type SqliteLibrary } from './sqlite/sqlite-library.ts';
import { waitForLock } from './sqlite/wait-for-lock.ts';
import { continueTime, prepareSchema, readyMeta, type Opening } from './tasks/schema-task.ts';
import type { Meta } from './tasks/transaction.ts';

export type SqliteStoreOptions = {
  /** Made, with its folder, when it is not there; readable by its owner alone. */
  file: string;
  workspace: string;
  /** Of the running boot of this machine: on another one, store time goes on where it was and all sessions end. */
  bootId: string;
  /** Milliseconds of a clock that never goes back and that all processes of this boot share, as CLOCK_MONOTONIC. */
  monotonicMs: () => number;
  /** How long a call waits for another process's write, default 5,000; it rejects with `unavailable` then. */
  busyTimeoutMs?: number;
  /** Given to a store that is made now; default a random one. */
  incarnation?: string;
  /** Default: Node's own from Node 24 on, before that better-sqlite3. */
  library?: SqliteLibrary;
};

const defaultBusyTimeoutMs = 5000;

/**
 * Opens the store in a file of this machine; several processes may have it open at once. Calls happen in the calling
 * thread, and nothing is left to timers: between two calls there are only promises.
 * @throws {DestinoError} `unsupported` on a network file system or without a SQLite library, `forbidden` where it may
 * not be written, `internal` for a damaged file, `state-version` when a newer program has migrated it, `conflict` when
 * it is another workspace's, `unavailable` when it is busy or the disk is full.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<StateStore> {
  const folder = dirname(resolve(options.file));
  const place: Place = { name: options.file, folder };
  try {
    prepareLocalFile(options.file);
    const connection = new SqliteConnection(openSqliteDatabase(options.file, options.library ?? sqliteLibrary(process.versions.node)));
    return openWith(connection, options, place);
  } catch (error) {
    throw mapError(error, place);
  }
}

function openWith(connection: SqliteConnection, options: SqliteStoreOptions, place: Place): StateStore {
  const { workspace, bootId, monotonicMs, busyTimeoutMs = defaultBusyTimeoutMs } = options;
  const dialect = sqliteDialect();
  try {
    const meta = waitForLock(busyTimeoutMs, () => {
      setUp(connection);
      const opening = { workspace, bootId, incarnation: () => options.incarnation ?? randomUUID(), clockMs: Math.floor(monotonicMs()), transactionBase: 0 };
      return prepare(connection, new Compiler(dialect, 'once'), dialect, opening);
    });
    const info = { workspace, incarnation: meta.incarnation, schemaVersion: meta.schema_version };
    return new SqlStateStore(info, new SqliteExecutor({ connection, dialect, place, workspace, bootId, monotonicMs, busyTimeoutMs }));
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** A commit is on the disk before it is answered; readers never wait for a writer. */
function setUp(connection: SqliteConnection): void {
  connection.run('pragma journal_mode = wal');
  connection.run('pragma synchronous = full');
  connection.run('pragma temp_store = memory');
}

function prepare(connection: SqliteConnection, compiler: Compiler, dialect: Dialect, opening: Opening): Meta {
  return within(connection, 'begin', () => connection.drive(readyMeta(compiler, dialect, opening))) ?? within(connection, 'begin immediate', () => connection.drive(madeReady(compiler, dialect, opening)));
}

function* madeReady(compiler: Compiler, dialect: Dialect, opening: Opening): Task<Meta> {
  return yield* continueTime(compiler, yield* prepareSchema(compiler, dialect, opening), opening);
}

function within<T>(connection: SqliteConnection, begin: 'begin' | 'begin immediate', work: () => T): T {
  connection.run(begin);
  try {
    const result = work();
    connection.run('commit');
    return result;
  } catch (error) {
    connection.run('rollback');
    throw error;
  }
}
