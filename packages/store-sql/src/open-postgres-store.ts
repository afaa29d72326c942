import { randomUUID } from 'node:crypto';
import type { StateStore } from '@destino/core/store';
import type { Pool, PoolConfig } from 'pg';
import { postgresDialect } from './dialect/dialect-postgres.ts';
import { mapError, type Place } from './map-error.ts';
import { PostgresExecutor } from './postgres/postgres-executor.ts';
import { openingSteps } from './postgres/opening-steps.ts';
import { PostgresRun } from './postgres/postgres-run.ts';
import { SqlStateStore } from './sql-state-store.ts';
import type { Task } from './sql/statement.ts';
import type { Meta } from './tasks/transaction.ts';

export type PostgresStoreOptions = {
  /** `postgres://user:password@host:port/database`, as libpq reads it. */
  url: string;
  /** The schema that holds the workspace, made when it is not there. Default `destino`. */
  schema?: string;
  workspace: string;
  /** Connections of this process at most, default 10. */
  connections?: number;
  /** Given to a store that is made now; default a random one. */
  incarnation?: string;
};

const defaultConnections = 10;
const connectTimeoutMs = 10_000;

/**
 * Opens the store in a PostgreSQL database (14 or newer), which several servers can share.
 * @throws {DestinoError} `unavailable` when the server cannot be reached, `unauthenticated` or `forbidden` when it
 * refuses, `state-version` when a newer program has migrated the schema, `conflict` when it is another workspace's.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<StateStore> {
  const { workspace, schema = 'destino' } = options;
  const place: Place = { name: placeName(options.url, schema) };
  const pool = await openPool(options);
  const dialect = postgresDialect(schema);
  try {
    const meta = await prepared(pool, openingSteps(dialect, schema, { workspace, incarnation: options.incarnation ?? randomUUID() }));
    const info = { workspace, incarnation: meta.incarnation, schemaVersion: meta.schema_version };
    return new SqlStateStore(info, new PostgresExecutor({ pool, dialect, place, workspace }));
  } catch (error) {
    await pool.end();
    throw mapError(error, place, 'connection');
  }
}

async function prepared(pool: Pool, steps: Task<Meta>): Promise<Meta> {
  const client = await pool.connect();
  const run = new PostgresRun(client);
  try {
    run.begin();
    const meta = await run.drive(steps);
    await run.commit();
    return meta;
  } catch (error) {
    await run.rollBack();
    throw error;
  } finally {
    client.release();
  }
}

async function openPool(options: PostgresStoreOptions): Promise<Pool> {
  const pg = await import('pg');
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.connections ?? defaultConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    application_name: 'destino',
    pipeline: true,
    // 64-bit integers come as text by default; ours all fit a number.
    types: { getTypeParser: (type, format) => (type === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(type, format)) },
  };
  const pool = new pg.Pool(config);
  // An idle connection that breaks is dropped by the pool; whoever asks next gets another, or the reason why not.
  pool.on('error', () => undefined);
  return pool;
}

/** Where it is, without the password. */
function placeName(url: string, schema: string): string {
  const { host, pathname } = new URL(url);
  return `postgres://${host}${pathname} (schema ${schema})`;
}
