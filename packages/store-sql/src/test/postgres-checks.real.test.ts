import { stateStoreChecks } from '@destino/core/store-checks';
import { describe, it } from 'vitest';
import { PostgresLab } from './postgres-lab.ts';

describe('the PostgreSQL store, opened twice', () => {
  it.each(stateStoreChecks)('$id: $sentence', async ({ run }) => {
    await using lab = new PostgresLab();
    await run({ open: () => lab.open(), pass: (ms) => lab.pass(ms) });
  });
});
