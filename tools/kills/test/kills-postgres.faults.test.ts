import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditLine, runKills } from '@destino/kills';
import pg from 'pg';
import { temporaryFolder } from './folder.ts';

function postgresUrl(): string {
  const url = process.env['DESTINO_TEST_POSTGRES'];
  if (url === undefined) throw new Error('no PostgreSQL: DESTINO_TEST_POSTGRES="$(tools/testbed/postgres.sh up)" npm run test:faults');
  return url;
}

describe('two engines on one PostgreSQL, each killed now and then', () => {
  it('lose no job and no log byte between them, and run none twice', { timeout: 300_000 }, async () => {
    const url = postgresUrl();
    const schema = `kills_${process.pid}`;
    const folder = await temporaryFolder();
    onTestFinished(async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`drop schema if exists ${schema} cascade`);
      await client.end();
    });
    const result = await runKills({ seed: 21, kills: 30, jobs: 120, hosts: 2, restMs: 120_000, place: { store: { url, schema }, blobs: join(folder, 'blobs') } });
    process.stdout.write(`${auditLine(result)}\n`);
    expect(result.problems).toEqual([]);
    expect(result).toMatchObject({ jobs: 120, lost: 0, twice: 0, wrong: 0, orphans: 0, logsWhole: result.logs });
  });
});
