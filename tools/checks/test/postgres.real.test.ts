import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '@destino/repository';
import { describe, expect, it, onTestFinished } from 'vitest';

const execute = promisify(execFile);
const script = join(repositoryRoot, 'tools/testbed/postgres.sh');

const ask = async (url: string, sql: string): Promise<string> => (await execute('psql', [url, '-XAtc', sql])).stdout.trim();

describe('the PostgreSQL of the testbed', () => {
  it('answers at the URL that the ring hands to tests, on loopback only', async () => {
    const url = process.env['DESTINO_TEST_POSTGRES'] ?? '';
    expect(await ask(url, 'show listen_addresses')).toBe('127.0.0.1');
  });

  it('is one server for two calls of up, and gone after down, as often as one likes', async () => {
    const folder = await mkdtemp('/var/tmp/destino-testbed-');
    await execute('chmod', ['755', folder]);
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const run = async (verb: string): Promise<string> => (await execute(script, [verb], { env: { ...process.env, TESTBED_STATE: folder } })).stdout.trim();
    const url = await run('up');
    expect(await run('up')).toBe(url);
    expect(await ask(url, 'select 1')).toBe('1');
    await run('down');
    await run('down');
    await expect(ask(url, 'select 1')).rejects.toThrow();
  });
});
