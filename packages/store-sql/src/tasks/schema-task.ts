import { DestinoError } from '@destino/core/errors';
import { sql } from 'kysely';
import type { Dialect } from '../dialect/dialect.ts';
import { metaTable, migrations, schemaVersion } from '../sql/migrations.ts';
import { once, statement, type Compiler, type NoSlots, type Task } from '../sql/statement.ts';
import type { MetaTable } from '../sql/tables.ts';
import { readMeta, type Meta } from './transaction.ts';

/** What the host that opens a store says of it. */
export type Opening = { workspace: string; /** For a store that is made now. */ incarnation: () => string; bootId: string; clockMs: number; transactionBase: number };

const insertMeta = statement<MetaTable>()((db, slot) =>
  db
    .insertInto('meta')
    .values({
      one: slot('one'),
      schema_version: slot('schema_version'),
      workspace: slot('workspace'),
      incarnation: slot('incarnation'),
      boot_id: slot('boot_id'),
      base_ms: slot('base_ms'),
      last_ms: slot('last_ms'),
      sessions: slot('sessions'),
      transaction_base: slot('transaction_base'),
    })
    .onConflict((conflict) => conflict.column('one').doNothing()),
);

const setVersion = statement<{ version: number }>()((db, slot) => db.updateTable('meta').set({ schema_version: slot('version') }));

const setClock = statement<{ boot: string; base: number; last: number }>()((db, slot) =>
  db.updateTable('meta').set({ boot_id: slot('boot'), base_ms: slot('base'), last_ms: slot('last') }),
);

const endSessions = statement<{ now: number }>()((db, slot) => db.deleteFrom('sessions').where('opened_ms', '<=', slot('now')));

const selectLatest = statement<NoSlots>()((db) => db.selectFrom('records').select(sql<number | null>`max(updated_ms)`.as('latest')));

/**
 * The workspace's row of a store that is ready as it is: its schema is this program's, and its time goes on by itself.
 * Nothing is written then, and nobody waited for; `undefined` where there is something to do.
 */
export function* readyMeta(compiler: Compiler, dialect: Dialect, opening: Opening): Task<Meta | undefined> {
  if ((yield once(dialect.findMeta)).length === 0) return undefined;
  const found = yield* readMeta(compiler, 'read');
  if (found === undefined || found.schema_version < schemaVersion) return undefined;
  const meta = checkMeta(found, opening.workspace, 'exact');
  return meta.boot_id === opening.bootId && opening.clockMs + meta.base_ms >= (yield* latestMs(compiler, meta)) ? meta : undefined;
}

function* latestMs(compiler: Compiler, meta: Meta): Task<number> {
  return Math.max(meta.last_ms, (yield* compiler.first(selectLatest, {}))?.latest ?? 0);
}

/** Makes or migrates the schema, under the lock that the caller holds. */
export function* prepareSchema(compiler: Compiler, dialect: Dialect, opening: Opening): Task<Meta> {
  if ((yield once(dialect.findMeta)).length === 0) yield once(metaTable(dialect));
  yield* compiler.tell(insertMeta, {
    one: 1,
    schema_version: 0,
    workspace: opening.workspace,
    incarnation: opening.incarnation(),
    boot_id: opening.bootId,
    base_ms: 0,
    last_ms: 0,
    sessions: 0,
    transaction_base: opening.transactionBase,
  });
  const found = yield* readMeta(compiler, 'write');
  const meta = checkMeta(found, opening.workspace, 'may be older');
  for (let version = meta.schema_version; version < schemaVersion; version += 1) {
    for (const step of migrations[version]?.(dialect) ?? []) yield once(step);
  }
  if (meta.schema_version < schemaVersion) yield* compiler.tell(setVersion, { version: schemaVersion });
  return { ...meta, schema_version: schemaVersion };
}

/**
 * Lets store time go on where it was: after a reboot the monotonic clock starts anew, and all sessions of the old boot
 * are over. A clock that is behind what was seen in the same boot is moved forward too.
 */
export function* continueTime(compiler: Compiler, meta: Meta, opening: Opening): Task<Meta> {
  const latest = yield* latestMs(compiler, meta);
  const sameBoot = meta.boot_id === opening.bootId;
  if (sameBoot && opening.clockMs + meta.base_ms >= latest) return meta;
  const base_ms = sameBoot ? latest - opening.clockMs : latest + 1 - opening.clockMs;
  yield* compiler.tell(setClock, { boot: opening.bootId, base: base_ms, last: latest });
  if (!sameBoot) yield* compiler.tell(endSessions, { now: latest });
  return { ...meta, boot_id: opening.bootId, base_ms, last_ms: latest };
}

/**
 * Refuses what this program must not write to.
 * @throws {DestinoError} `state-version` when a newer program has migrated the store, `conflict` for another workspace.
 */
export function checkMeta(meta: Meta | undefined, workspace: string, version: 'exact' | 'may be older'): Meta {
  if (meta === undefined) throw new DestinoError('internal', 'the store has lost its own description', { hint: 'restore it from a copy' });
  if (meta.schema_version > schemaVersion) {
    throw new DestinoError('state-version', `the store has schema ${meta.schema_version}, and this program knows up to ${schemaVersion}: a newer one has migrated it`, {
      hint: 'use the newer version here too: npm install -g destino@latest',
      details: { found: meta.schema_version, known: schemaVersion },
    });
  }
  if (version === 'exact' && meta.schema_version < schemaVersion) throw new DestinoError('internal', 'the store has gone back to an older schema while it was open');
  if (meta.workspace === workspace) return meta;
  throw new DestinoError('conflict', `the store belongs to the workspace '${meta.workspace}', not to '${workspace}'`, { hint: 'name another file, or the other workspace' });
}
