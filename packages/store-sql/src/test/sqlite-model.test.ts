import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStateStore } from '@destino/core/store';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSqliteStore } from '../index.ts';
import { common, operations, Player } from './operations.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'destino-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('answers any sequence of operations as the memory store does', async () => {
  await fc.assert(
    fc.asyncProperty(operations, async (sequence) => {
      let clockMs = 1000;
      const pass = (ms: number) => {
        clockMs += ms;
      };
      const memory = new Player(createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => clockMs }), pass);
      const file = join(mkdtempSync(join(root, 'run-')), 'state.db');
      await using store = await openSqliteStore({ file, workspace: 'w', bootId: 'boot', monotonicMs: () => clockMs });
      const sqlite = new Player(store, () => undefined);
      for (const [index, operation] of sequence.entries()) {
        const expected = common(await memory.play(operation));
        expect(common(await sqlite.play(operation)), `answer ${index}, to ${JSON.stringify(operation)}`).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});
