import { createMemoryStateStore } from '@destino/core/store';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { common, operations, Player } from './operations.ts';
import { PostgresLab } from './postgres-lab.ts';

/** Its clock runs while the test does. */
const times = ['updatedMs', 'openedMs', 'untilMs'];

it('answers any sequence of operations as the memory store does, but for its own numbers', async () => {
  await fc.assert(
    fc.asyncProperty(operations, async (sequence) => {
      await using lab = new PostgresLab();
      await using store = await lab.open();
      let clockMs = 0;
      // A tenth of a day for each millisecond: the server's own time is nothing beside it.
      const scale = 8_640_000;
      const scaled = sequence.map((operation) => ('lifetimeMs' in operation ? { ...operation, lifetimeMs: operation.lifetimeMs * scale - scale / 2 } : operation));
      const pass = (ms: number) => {
        clockMs += ms * scale;
      };
      const memory = new Player(createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => clockMs }), pass);
      const postgres = new Player(store, (ms) => lab.pass(ms * scale));
      for (const [index, operation] of scaled.entries()) {
        if (operation.do === 'expired' || operation.do === 'sight') continue;
        const expected = common(await memory.play(operation), times);
        expect(common(await postgres.play(operation), times), `answer ${index}, to ${JSON.stringify(operation)}`).toEqual(expected);
      }
    }),
    { numRuns: 40 },
  );
});
