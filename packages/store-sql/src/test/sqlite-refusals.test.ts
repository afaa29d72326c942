import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Things } from '@destino/core/store-checks';
import { openSqliteStore } from '../index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let file: string;
const things = new Things();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-store-'));
  file = join(folder, 'state.db');
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const open = (options: { busyTimeoutMs?: number } = {}) => openSqliteStore({ file, workspace: 'w', bootId: 'boot', monotonicMs: () => 1000, ...options });

function raw(text: string): void {
  using database = new DatabaseSync(file);
  database.exec(text);
}

describe('the SQLite store', () => {
  it('opens without waiting for a writer where nothing is to be made', async () => {
    await (await open())[Symbol.asyncDispose]();
    using writer = new DatabaseSync(file);
    writer.exec('begin immediate');
    await using store = await open({ busyTimeoutMs: 1 });
    expect(await store.list({ type: 'job' })).toEqual({ items: [] });
    writer.exec('rollback');
  });
});

describe('the SQLite store refuses', () => {
  it('a folder that may not be written, and says how to look at it', () => {
    chmodSync(folder, 0o555);
    const program = fileURLToPath(new URL('drop-rights.ts', import.meta.url));
    const { stdout } = spawnSync(process.execPath, ['--conditions=@destino/source', program, file], { encoding: 'utf8' });
    expect(JSON.parse(stdout)).toMatchObject({ code: 'forbidden', hint: expect.stringContaining(`ls -ld ${folder}`) as string });
  });

  it('a file that is no store, and leaves it as it is', async () => {
    writeFileSync(file, 'something else, and longer than the header of a database would have to be. '.repeat(30));
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({ code: 'internal', hint: expect.stringContaining('keep a copy') as string });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a damaged file when it meets the damage', async () => {
    const first = await open();
    for (let number = 0; number < 200; number += 1) await things.created(first, `job-${number}`, { spec: { text: 'x'.repeat(500) } });
    await first[Symbol.asyncDispose]();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 8192);
    writeFileSync(file, bytes);
    const reading = async () => {
      await using store = await open();
      return store.list({ type: 'job', limit: 1000 });
    };
    await expect(reading()).rejects.toMatchObject({ code: 'internal', hint: expect.stringContaining('.recover') as string });
  });

  it('a path that leads through a file', async () => {
    writeFileSync(file, '');
    const through = openSqliteStore({ file: join(file, 'state.db'), workspace: 'w', bootId: 'b', monotonicMs: () => 1 });
    await expect(through).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('to open what a newer program has migrated', async () => {
    await (await open())[Symbol.asyncDispose]();
    raw('update meta set schema_version = 99');
    await expect(open()).rejects.toMatchObject({ code: 'state-version', hint: expect.stringContaining('npm install') as string });
  });

  it('to read and to write once a newer program has migrated it, and writes nothing', async () => {
    await using store = await open();
    raw('update meta set schema_version = 99');
    await expect(things.created(store, 'one')).rejects.toMatchObject({ code: 'state-version', details: { found: 99, known: 1 } });
    await expect(store.list({ type: 'job' })).rejects.toMatchObject({ code: 'state-version' });
    raw('update meta set schema_version = 1');
    expect((await store.list({ type: 'job' })).items).toEqual([]);
  });

  it('to wait longer than it was told for a writer that does not end, and works once it has', async () => {
    await using store = await open({ busyTimeoutMs: 30 });
    using database = new DatabaseSync(file);
    database.exec('begin immediate');
    await expect(things.created(store, 'one')).rejects.toMatchObject({ code: 'unavailable', retry: 'same' });
    expect((await store.list({ type: 'job' })).items).toEqual([]);
    database.exec('rollback');
    expect((await things.created(store, 'two')).name).toBe('two');
  });

  it('a second record with the same id, and keeps the others that were written with it', async () => {
    await using store = await open();
    const first = things.job('one');
    const calls = [first, { ...things.job('two'), id: first.id }, things.job('three')].map((record) => store.create(record, things.event()));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(calls[1]).rejects.toMatchObject({ code: 'conflict' });
    expect((await store.list({ type: 'job' })).items.map(({ name }) => name)).toEqual(['one', 'three']);
  });

  it('to be used after it was closed', async () => {
    const store = await open();
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(store.nowMs()).rejects.toMatchObject({ code: 'contract' });
    await expect(things.created(store, 'one')).rejects.toMatchObject({ code: 'contract' });
  });
});

describe('the SQLite store', () => {
  it('keeps a log of its own for writes, so that readers do not wait for them', async () => {
    await using _ = await open();
    using database = new DatabaseSync(file);
    expect(database.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
  });

  it('writes what was asked for before it is closed', async () => {
    const store = await open();
    const creating = things.created(store, 'one');
    await store[Symbol.asyncDispose]();
    expect((await creating).name).toBe('one');
  });

  it('lets nothing but promises pass between its calls', async () => {
    await using store = await open();
    let turns = 0;
    const turn = setImmediate(() => (turns += 1));
    for (let number = 0; number < 20; number += 1) await things.created(store, `job-${number}`);
    expect([turns, (await store.list({ type: 'job' })).items.length]).toEqual([0, 20]);
    clearImmediate(turn);
  });
});
