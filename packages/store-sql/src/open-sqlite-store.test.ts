import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from './open-sqlite-store.ts';

let folder: string;
let clockMs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-store-'));
  clockMs = 1000;
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(bootId = 'boot-1', workspace = 'w') {
  return openSqliteStore({ file: join(folder, 'state.db'), workspace, bootId, monotonicMs: () => clockMs });
}

const host = { hostId: 'h', role: 'cli', offers: [] };

describe('openSqliteStore', () => {
  it('makes a file that only its owner may read', async () => {
    await using store = await open();
    expect(store.info.workspace).toBe('w');
    expect(statSync(join(folder, 'state.db')).mode & 0o777).toBe(0o600);
  });

  it('finds the same incarnation when it is opened again', async () => {
    const first = await open();
    await first[Symbol.asyncDispose]();
    await using second = await open();
    expect(second.info).toEqual(first.info);
  });

  it('goes on with store time after a reboot, and ends the sessions of the old boot', async () => {
    const before = await open();
    clockMs = 500_000;
    const session = await before.openSession(host, 30_000);
    await before[Symbol.asyncDispose]();
    clockMs = 7;
    await using after = await open('boot-2');
    expect(await after.nowMs()).toBeGreaterThan(session.openedMs);
    expect(await after.renewSession(session.id, 30_000)).toBeUndefined();
    clockMs = 107;
    expect(await after.nowMs()).toBe(session.openedMs + 101);
  });

  it('refuses the file of another workspace', async () => {
    await using _ = await open();
    await expect(open('boot-1', 'other')).rejects.toMatchObject({ code: 'conflict' });
  });

  it('refuses to write for a process of an older boot', async () => {
    await using old = await open();
    await using _ = await open('boot-2');
    await expect(old.openSession(host, 1000)).rejects.toMatchObject({ code: 'unavailable', retry: 'changed' });
  });
});
