import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Things } from '@destino/core/store-checks';
import { openSqliteStore } from '../index.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'destino-full-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
});

afterEach(() => {
  execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});

it('says that the disk is full, keeps what was acknowledged, and goes on once there is room', async () => {
  const ballast = join(folder, 'ballast');
  writeFileSync(ballast, Buffer.alloc(1 << 20));
  await using store = await openSqliteStore({ file: join(folder, 'state.db'), workspace: 'w', bootId: 'b', monotonicMs: () => 1 });
  const things = new Things();
  const made: string[] = [];
  const fill = async () => {
    for (;;) made.push((await things.created(store, `job-${made.length}`, { spec: { text: 'x'.repeat(20_000) } })).name);
  };
  await expect(fill()).rejects.toMatchObject({ code: 'unavailable', retry: 'same', hint: expect.stringContaining(`df -h ${folder}`) as string });
  expect((await store.list({ type: 'job', limit: 1000 })).items.map(({ name }) => name)).toEqual(made);
  rmSync(ballast);
  made.push((await things.created(store, 'after')).name);
  expect((await store.list({ type: 'job', limit: 1000 })).items.map(({ name }) => name)).toEqual(made);
});
