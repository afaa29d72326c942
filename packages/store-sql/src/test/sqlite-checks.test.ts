import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateStoreChecks } from '@destino/core/store-checks';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { openSqliteStore, type SqliteLibrary } from '../index.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'destino-store-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const libraries: SqliteLibrary[] = ['node:sqlite', 'better-sqlite3'];

describe.each(libraries)('the SQLite store by %s, opened twice', (library) => {
  it.each(stateStoreChecks)('$id: $sentence', async ({ run }) => {
    const file = join(mkdtempSync(join(root, 'check-')), 'state.db');
    let clockMs = 1000;
    await run({
      open: () => openSqliteStore({ file, workspace: 'w', bootId: 'boot', monotonicMs: () => clockMs, library }),
      pass: (ms) => {
        clockMs += ms;
      },
    });
  });
});
