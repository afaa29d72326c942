import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@destino/driver-testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tellGrowth } from './tell-growth.ts';

describe('telling of a transfer', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'destino-growth-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('reports while the folder grows, nothing while it stands still, and answers what the transfer answers', async () => {
    const clock = createManualClock();
    const told: number[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    const transfer = tellGrowth(folder, clock, { onProgress: ({ doneBytes }) => void told.push(doneBytes) }, () => promise);
    const grown = async (bytes: number): Promise<void> => {
      appendFileSync(join(folder, 'model'), 'x'.repeat(bytes));
      const before = told.length;
      while (told.length === before) await clock.advance(2_000);
    };
    await grown(10);
    await grown(5);
    for (let round = 0; round < 5; round += 1) await clock.advance(2_000);
    resolve('done');
    expect(await transfer).toBe('done');
    expect(told).toEqual([10, 15]);
  });

  it('fails as the transfer fails', async () => {
    const transfer = tellGrowth(folder, createManualClock(), { onProgress: () => undefined }, () => Promise.reject(new Error('no room')));
    await expect(transfer).rejects.toThrow('no room');
  });
});
