import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { openPostgresStore } from '../index.ts';

/** The server that the real ring runs against. */
export function postgresUrl(): string {
  const url = process.env['DESTINO_TEST_POSTGRES'];
  if (url === undefined) throw new Error('no PostgreSQL: DESTINO_TEST_POSTGRES="$(tools/testbed/postgres.sh up)" npm run test:real');
  return url;
}

/** A schema of its own for one test, and a way to let its store time pass. */
export class PostgresLab {
  readonly schema = `test_${randomBytes(6).toString('hex')}`;
  readonly #pool = new pg.Pool({ connectionString: postgresUrl(), max: 2 });

  open(workspace = 'w') {
    return openPostgresStore({ url: postgresUrl(), schema: this.schema, workspace, connections: 4 });
  }

  async pass(ms: number): Promise<void> {
    await this.query(`update ${this.schema}.meta set base_ms = base_ms + ${ms}, last_ms = last_ms + ${ms}`);
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    return (await this.#pool.query<Record<string, unknown>>(text)).rows;
  }

  connect(): Promise<pg.PoolClient> {
    return this.#pool.connect();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.query(`drop schema if exists ${this.schema} cascade`);
    await this.#pool.end();
  }
}
