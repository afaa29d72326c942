import { describe, expect, it } from 'vitest';
import { stateStoreChecks } from './checks/index.ts';
import { createMemoryStateStore } from './memory-state-store.ts';

describe('the memory store', () => {
  it.each(stateStoreChecks)('$id: $sentence', async ({ run }) => {
    let clockMs = 1000;
    const store = createMemoryStateStore({ workspace: 'w', incarnation: 'i', nowMs: () => clockMs });
    await run({
      open: async () => store,
      pass: (ms) => {
        clockMs += ms;
      },
    });
  });

  it('is held to at least forty checks, each with an id of its own', () => {
    expect(stateStoreChecks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(stateStoreChecks.map(({ id }) => id)).size).toBe(stateStoreChecks.length);
  });
});
